/** `fovea draw`: networks as block diagrams, one beside the other. */

import { basename } from 'node:path';
import { ShapeError } from '../graph/errors.js';
import {
  type DiagramStyle,
  type DrawnNetwork,
  drawNetworks,
  drawNetworksPage,
  drawnTotals,
  type LayerGraph,
  layerGraph,
} from '../inspect/index.js';
import { createModel, modelNames } from '../models/index.js';
import { usualInput } from '../models/usual-input.js';
import { BatchNorm2d, type Module } from '../nn/index.js';
import { formatCount } from '../text/table.js';
import { hasAuxiliaryHeads } from '../train/index.js';
import { inputShapes } from './input-shapes.js';
import { openNetwork } from './open-network.js';
import { checkPicturePath, writePicture } from './picture-file.js';
import { print, type Terminal } from './terminal.js';

export interface DrawOptions {
  readonly out: string;
  /** The extents of one picture, without the batch. */
  readonly input?: readonly number[];
  readonly style: DiagramStyle;
  readonly json?: boolean;
}

export const diagramStyles: readonly DiagramStyle[] = ['volumes', 'blocks'];

/** Runs the command and returns the exit code; throws what goes wrong. */
export async function drawCommand(
  names: readonly string[],
  { out, input, style, json }: DrawOptions,
  { stdout }: Terminal,
): Promise<number> {
  checkPicturePath(out);
  const networks: DrawnNetwork[] = [];
  for (const name of names) networks.push(await networkNamed(name, input));
  await writePicture(out, {
    svg: () => drawNetworks(networks, { style }),
    page: () => drawNetworksPage(networks, { style }),
  });
  if (json) {
    const described = networks.map(({ title, graph }) => ({
      name: title,
      ...drawnTotals(graph),
      layers: graph.nodes.map(({ tensors: _, variables: __, ...layer }) => layer),
    }));
    print(stdout, JSON.stringify({ out, style, networks: described }));
    return 0;
  }
  for (const network of networks) print(stdout, lineOf(network));
  print(stdout, `drawn in ${out}`);
  return 0;
}

function lineOf({ title, graph }: DrawnNetwork): string {
  const { parameters, auxiliaryParameters, multiplyAdds } = drawnTotals(graph);
  const heads =
    auxiliaryParameters > 0 ? ` and ${formatCount(auxiliaryParameters)} in auxiliary heads` : '';
  return (
    `${title}: ${graph.nodes.length} layers, ${formatCount(parameters)} parameters${heads}, ` +
    `${formatCount(multiplyAdds)} multiply-adds`
  );
}

async function networkNamed(name: string, input?: readonly number[]): Promise<DrawnNetwork> {
  if (modelNames().includes(name)) {
    return { title: name, graph: graphOf(createModel(name), input ?? usualInput(name)) };
  }
  const { title, model, onnx, inputs, pictures } = await openNetwork(name);
  if (!onnx) return { title, graph: graphOf(model, input ?? pictures!.shape) };
  const graph = layerGraph(inputShapes(inputs, { batch: 1, given: input }), (...tensors) =>
    onnx.call(Object.fromEntries(inputs.map((each, i) => [each.name, tensors[i]]))),
  );
  return { title: basename(title), graph };
}

/** The layers of a network of ours, those of auxiliary heads among them. */
function graphOf(model: Module, picture: readonly number[]): LayerGraph {
  model.train();
  for (const [, layer] of model.namedModules()) {
    // One picture has no statistics.
    if (layer instanceof BatchNorm2d) layer.eval();
  }
  const shape = [1, ...picture];
  if (!hasAuxiliaryHeads(model)) return layerGraph([shape], (x) => model.call(x));
  try {
    return layerGraph([shape], (x) => model.callWithAuxiliary(x));
  } catch (error) {
    // Heads want larger maps than the network itself.
    if (!(error instanceof ShapeError)) throw error;
    return layerGraph([shape], (x) => model.call(x));
  }
}
