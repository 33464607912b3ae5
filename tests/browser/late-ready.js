/** A worker that runs a program before, while and after the threads start, and posts what it saw. */

import {
  add,
  compile,
  matmul,
  ready,
  setThreads,
  tensor,
  threadCount,
  Variable,
} from '../../dist/src/index.js';

const identity = Float32Array.from({ length: 64 * 64 }, (_, i) => (i % 65 === 0 ? 1 : 0));
const state = new Variable(new Float32Array(64 * 64), [64, 64], 'float32');
const step = compile((x) => {
  state.assign(add(matmul(x, tensor(identity, [64, 64])), state));
  return {};
});
const counts = [];

/** Adds one to every element of the state. */
function run() {
  step(tensor(new Float32Array(64 * 64).fill(1), [64, 64]));
  counts.push(threadCount());
}

async function observe() {
  setThreads(3);
  run();
  const starting = ready();
  run();
  await starting;
  run();
  setThreads(2);
  run();
  await Promise.all([ready(), ready()]);
  run();
  // Another number while threads start: those that started are of no use.
  setThreads(3);
  const first = ready();
  setThreads(1);
  await first;
  run();
  await ready();
  run();
  postMessage({ counts, state: [...new Set(state.data())] });
}

observe().catch((error) => postMessage({ error: error.message }));
