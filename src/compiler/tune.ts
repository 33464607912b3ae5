/** tune(): measures how the convolutions of a compiled function are computed fastest on this machine. */

import type { TunedKernel, TuningOptions } from '../backends/tuning.js';
import type { Tensor } from '../graph/tensor.js';
import type { Compiled } from './compile.js';
import type { TensorTree } from './tensor-tree.js';

/**
 * Measures every method that can compute each convolution of `step` for arguments of these shapes, each
 * distinct convolution for about a second. From then on `step`, and whatever is compiled later, uses the
 * fastest; in Node, what was measured is kept in the user's cache folder and found by later processes
 * (FOVEA_TUNING names another file, or is "off"). Nothing of `step` is run, and no variable changes.
 *
 * Methods round differently: a tuned program's last bits differ from those of one that is not. Rejects with
 * the signal's reason when that aborts; what was measured so far stays.
 *
 *     await tune(step, [images, labels], { onProgress: ({ done, count }) => console.log(done, count) });
 */
export async function tune<Args extends readonly Tensor[], Result extends TensorTree>(
  step: Compiled<Args, Result>,
  args: Args,
  options: TuningOptions = {},
): Promise<TunedKernel[]> {
  try {
    return await step.program(...args).tune(options);
  } finally {
    // The next call compiles again, with what was measured.
    step.dispose();
  }
}
