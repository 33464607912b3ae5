/** What is told of a layer where somebody points at it. */

import type { LayerNode } from '../layer-graph.js';
import { blockText, countText, shapeText } from './words.js';

/** Its path and operation first, then its output, parameters and multiply-adds. */
export function layerFacts(layer: LayerNode, times: number): string[] {
  const { path, shape, parameters, multiplyAdds } = layer;
  const size = shape.slice(1);
  const words = blockText({ id: 0, main: layer, followers: [], inputs: [], shape: size });
  const name = [path, words].filter((part) => part !== '').join(': ');
  return [
    times > 1 ? `${name} (×${times})` : name,
    `output ${shapeText(size)}`,
    ...(parameters > 0 ? [`${countText(parameters)} parameters`] : []),
    ...(multiplyAdds > 0 ? [`${countText(multiplyAdds)} multiply-adds`] : []),
  ];
}
