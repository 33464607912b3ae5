/** The tuning pass: measures all methods of each convolution on the engine itself and remembers the fastest. */

import type { Executable } from '../../contract.js';
import type { Conv2dKernel, Kernel, Plan } from '../../plan.js';
import type { TunedKernel, TuningOptions } from '../../tuning.js';
import { type ConvolutionMethods, partsOfConvolution } from '../kernels/conv-2d/methods.js';
import { convolutionKey } from './convolution-key.js';
import type { Measure } from './measure-trials.js';
import type { MeasuredMethods } from './measured-methods.js';
import { trialsOf } from './trial.js';

/** How many times faster another method must be to take the place of the one until now: times vary. */
const leastGain = 1.03;

export interface Tuner {
  readonly convolutions: ConvolutionMethods;
  readonly measured: MeasuredMethods;
  readonly measure: Measure;
  load(plan: Plan): Executable;
}

/** Measures what `kernels` consist of; each distinct convolution once. */
export async function tuneKernels(
  kernels: readonly Kernel[],
  { onProgress, signal }: TuningOptions,
  tuner: Tuner,
): Promise<TunedKernel[]> {
  const distinct = [...distinctConvolutions(kernels)];
  const tuned: TunedKernel[] = [];
  for (const [key, { kernel, count }] of distinct) {
    onProgress?.({ done: tuned.length, count: distinct.length, scope: kernel.scope });
    signal?.throwIfAborted();
    tuned.push({ ...(await tuneConvolution(kernel, key, { tuner, signal })), count });
  }
  onProgress?.({ done: distinct.length, count: distinct.length, scope: '' });
  return tuned;
}

function distinctConvolutions(
  kernels: readonly Kernel[],
): Map<string, { kernel: Conv2dKernel; count: number }> {
  const distinct = new Map<string, { kernel: Conv2dKernel; count: number }>();
  for (const kernel of kernels) {
    if (kernel.kind !== 'conv2d') continue;
    for (const part of partsOfConvolution(kernel)) {
      const key = convolutionKey(part);
      const known = distinct.get(key);
      if (known) known.count++;
      else distinct.set(key, { kernel: part, count: 1 });
    }
  }
  return distinct;
}

async function tuneConvolution(
  kernel: Conv2dKernel,
  key: string,
  { tuner, signal }: { tuner: Tuner; signal: AbortSignal | undefined },
): Promise<Omit<TunedKernel, 'count'>> {
  const { convolutions, measured, measure, load } = tuner;
  const trials = trialsOf(kernel, convolutions);
  // Of a kernel that is in no program yet, as that of the program keeps the method that it has.
  const before = convolutions.methodOf({ ...kernel }).name;
  const milliseconds = await measure(trials, load, signal);
  const times = trials.map(({ method }, i) => ({ method, milliseconds: milliseconds[i] }));
  const fastest = times.reduce((a, b) => (b.milliseconds < a.milliseconds ? b : a));
  const present = times.find(({ method }) => method === before) ?? fastest;
  const isFaster = present.milliseconds >= leastGain * fastest.milliseconds;
  const now = isFaster ? fastest.method : before;
  await measured.add(key, now);
  const { scope, shape, filterShape, stride } = kernel;
  return { scope, shape, filterShape, stride, before, now, times };
}
