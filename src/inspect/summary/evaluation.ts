/** Running something with a network in training mode, or out of it, and every layer as it was afterwards. */

import type { AnyModule } from '../../nn/index.js';

/** Runs `build` with all of `model` in evaluation mode. */
export const inEvaluation = <Result>(model: AnyModule, build: () => Result): Result =>
  inMode(model, false, build);

/** Runs `build` with all of `model` in training mode. */
export const inTraining = <Result>(model: AnyModule, build: () => Result): Result =>
  inMode(model, true, build);

function inMode<Result>(model: AnyModule, training: boolean, build: () => Result): Result {
  // Outer modules come first, so that each ends in the mode it had.
  const modes = model.namedModules().map(([, module]) => [module, module.training] as const);
  model.train(training);
  try {
    return build();
  } finally {
    for (const [module, mode] of modes) module.train(mode);
  }
}
