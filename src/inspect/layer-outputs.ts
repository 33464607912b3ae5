/** What the layers of a network give for a picture, by their paths, with the network in evaluation mode. */

import { ValueError } from '../graph/errors.js';
import type { Tensor } from '../graph/tensor.js';
import { trace } from '../graph/trace.js';
import type { AnyModule, Module } from '../nn/module.js';
import { type ObservedOutput, observeOutputs } from '../nn/observed-calls.js';
import { zeros } from '../ops/creation.js';
import { nearestName } from '../text/nearest-name.js';

/** What a layer gives, without its values. */
export interface LayerOutput {
  /** Such as `features.3`; `relu#2` for the second call of a layer that is called more than once. */
  readonly path: string;
  /** Such as `Conv2d 64 -> 128`. */
  readonly layer: string;
  readonly shape: readonly number[];
}

/**
 * The layers that `model` runs for pictures of `shape` [N, C, H, W], in the order in which they finish,
 * and what each gives. Nothing is computed.
 *
 *     const maps = layerOutputs(model, [1, 3, 224, 224]).filter(({ shape }) => shape.length === 4);
 */
export function layerOutputs(model: Module, shape: readonly number[]): LayerOutput[] {
  return inEvaluation(model, () => {
    const { result } = trace(() => runLayers(model, zeros(shape)));
    return result.layers.map(({ path, layer, output }) => ({ path, layer, shape: output.shape }));
  });
}

/** Runs `model` on `input` and tells its output and those of the layers in it, each under a path of its own. */
export function runLayers(
  model: Module,
  input: Tensor,
): { output: Tensor; layers: ObservedOutput[] } {
  const { result, outputs } = observeOutputs(() => model.call(input));
  const seen = new Map<string, number>();
  const layers = outputs
    .filter(({ path }) => path !== '')
    .map((observed) => {
      const { path } = observed;
      const times = (seen.get(path) ?? 0) + 1;
      seen.set(path, times);
      return times === 1 ? observed : { ...observed, path: `${path}#${times}` };
    });
  return { output: result, layers };
}

/** The layer at `path`; throws ValueError with the nearest path when there is none. */
export function layerAt<Layer extends { readonly path: string }>(
  layers: readonly Layer[],
  path: string,
): Layer {
  const found = layers.find((layer) => layer.path === path);
  if (found) return found;
  const paths = layers.map((layer) => layer.path);
  const near = nearestName(path, paths);
  throw new ValueError(
    `there is no layer "${path}"; ` +
      (near
        ? `did you mean "${near}"?`
        : `those that run are ${paths.join(', ') || 'none with a name'}`),
  );
}

/** Runs `run` with every layer of `model` in evaluation mode, and puts each back into its own. */
export function inEvaluation<Result>(model: AnyModule, run: () => Result): Result {
  const restore = evaluate(model);
  try {
    return run();
  } finally {
    restore();
  }
}

/** Puts every layer of `model` into evaluation mode; the result puts each back into its own. */
export function evaluate(model: AnyModule): () => void {
  // Outer modules come first, so that what is inside them has the last word.
  const modes = model.namedModules().map(([, module]) => [module, module.training] as const);
  model.eval();
  return () => {
    for (const [module, training] of modes) module.train(training);
  };
}
