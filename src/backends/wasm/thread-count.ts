/** How many threads to use when nobody says: FOVEA_THREADS, or one per core. */

import { ValueError } from '../../graph/errors.js';

/** More threads than this only wait for each other. */
export const mostThreads = 64;

export function defaultThreadCount(): number {
  const asked = globalThis.process?.env?.FOVEA_THREADS;
  if (asked !== undefined && asked !== '') return checkThreadCount(asked, 'FOVEA_THREADS');
  return Math.min(coreCount(), mostThreads);
}

/** The number `count`; throws ValueError when it is no number of threads. */
export function checkThreadCount(count: number | string, name: string): number {
  const number = Number(count);
  if (!Number.isInteger(number) || number < 1 || number > mostThreads) {
    throw new ValueError(`${name}: expected a whole number from 1 to ${mostThreads}, got ${count}`);
  }
  return number;
}

function coreCount(): number {
  if (globalThis.process?.versions?.node) {
    return process.getBuiltinModule('node:os').availableParallelism();
  }
  return globalThis.navigator?.hardwareConcurrency ?? 1;
}
