/** Kernel order: which kernels of a plan may change places. */

import { type Kernel, readsOf, writesOf } from '../backends/plan.js';

/** Whether two kernels must run in the order they are in. */
export function conflict(a: Kernel, b: Kernel): boolean {
  const [readByA, writtenByA] = [readsOf(a), writesOf(a)];
  const [readByB, writtenByB] = [new Set(readsOf(b)), new Set(writesOf(b))];
  return (
    readByA.some((buffer) => writtenByB.has(buffer)) ||
    writtenByA.some((buffer) => readByB.has(buffer) || writtenByB.has(buffer))
  );
}
