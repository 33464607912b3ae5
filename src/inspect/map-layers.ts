/** Which layers of a network are worth looking at: those of maps, without the same maps twice, and not too many. */

import type { Tensor } from '../graph/tensor.js';
import { trace } from '../graph/trace.js';
import type { Module } from '../nn/module.js';
import type { ObservedOutput } from '../nn/observed-calls.js';
import { zeros } from '../ops/creation.js';
import { inEvaluation, type LayerOutput, runLayers } from './layer-outputs.js';

/**
 * The layers that give maps [N, F, h, w] of more than one place for pictures of `shape`, in order, at most
 * `count` of them: where there are more, those inside other layers give way.
 *
 * A layer that only hands on what it was given is left out, one inside another that ends with it, and the
 * parts of a convolution with its activation.
 *
 *     const paths = mapLayers(model, [1, 3, 224, 224], 60).map(({ path }) => path);
 */
export function mapLayers(model: Module, shape: readonly number[], count: number): LayerOutput[] {
  const { layers } = inEvaluation(model, () => {
    return trace(() => runLayers(model, zeros(shape))).result;
  });
  const kept = new Map<Tensor, ObservedOutput>();
  for (const layer of layers) {
    const { rank, shape: extents } = layer.output;
    if (rank !== 4 || extents[2] * extents[3] <= 1) continue;
    const inner = kept.get(layer.output);
    if (!inner || inner.path.startsWith(`${layer.path}.`)) kept.set(layer.output, layer);
  }
  const convolutions = [...kept.values()].filter(({ layer }) => /conv/i.test(layer));
  const isInside = ({ path }: ObservedOutput): boolean =>
    convolutions.some((outer) => path.startsWith(`${outer.path}.`));
  const all = [...kept.values()].filter((layer) => !isInside(layer));
  const depthOf = ({ path }: ObservedOutput): number => path.split('.').length;
  let depth = Math.max(0, ...all.map(depthOf));
  const within = (): ObservedOutput[] => all.filter((layer) => depthOf(layer) <= depth);
  while (depth > 1 && within().length > count) depth--;
  return within()
    .slice(0, count)
    .map(({ path, layer, output }) => ({ path, layer, shape: output.shape }));
}
