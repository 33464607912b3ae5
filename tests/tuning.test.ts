/** Tuning: the fastest method is taken, remembered and used by programs compiled later, and by nobody else. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Executable } from '../src/backends/contract.js';
import type { Plan } from '../src/backends/plan.js';
import { reference } from '../src/backends/reference/index.js';
import type { TuningSetting, TuningStorage } from '../src/backends/tuning.js';
import { createWasmBackend } from '../src/backends/wasm/index.js';
import { measureTrials } from '../src/backends/wasm/tuning/measure-trials.js';
import { compile, tune } from '../src/compiler/index.js';
import type { Tensor } from '../src/graph/tensor.js';
import { Conv2d, manualSeed, Sequential } from '../src/nn/index.js';
import { tensor } from '../src/ops/index.js';
import { Philox } from '../src/random/philox.js';

type Options = NonNullable<Parameters<typeof createWasmBackend>[0]>;
type Measure = NonNullable<Options['measure']>;

/** Says that methods whose name has `text` in it take so long, and all others a millisecond. */
const taking =
  (text: string, milliseconds: number): Measure =>
  async (trials) =>
    trials.map(({ method }) => (method.includes(text) ? milliseconds : 1));

const input = (): Tensor => {
  const random = new Philox(1);
  return tensor(
    Float32Array.from({ length: 2 * 16 * 144 }, () => random.normal()),
    [2, 16, 12, 12],
  );
};

const threeByThree = (): Conv2d => new Conv2d(16, 16, { kernelSize: 3, padding: 1 });

/** Two layers that are alike and one that is not, whose weights are prepared. */
function network(): Sequential {
  manualSeed(1);
  const last = new Conv2d(16, 16, { kernelSize: 3 });
  return new Sequential(threeByThree(), threeByThree(), last);
}

function inference(options: Options) {
  const model = network();
  const backend = createWasmBackend({ threads: 2, ...options });
  const step = compile((x: Tensor) => model.call(x), { backend });
  const methods = (): (string | null)[] =>
    step
      .program(input())
      .describe()
      .kernels.filter(({ kind }) => kind === 'conv2d')
      .map(({ method }) => method);
  return { model, backend, step, methods };
}

test('the fastest method is taken by the function that was tuned and by later ones', async () => {
  const { model, backend, step, methods } = inference({ measure: taking('by rows', 0.1) });
  const usual = methods();
  assert.ok(usual.every((method) => method !== 'direct, by rows'));
  const events: [number, number, string][] = [];
  const tuned = await tune(step, [input()], {
    onProgress: ({ done, count, scope }) => events.push([done, count, scope]),
  });
  assert.deepEqual(methods(), Array(3).fill('direct, by rows'));
  const other = compile((x: Tensor) => model.call(x), { backend });
  const { kernels } = other.program(input()).describe();
  const convolution = kernels.find(({ kind }) => kind === 'conv2d');
  assert.equal(convolution?.method, 'direct, by rows');

  assert.deepEqual(events, [
    [0, 2, '0'],
    [1, 2, '2'],
    [2, 2, ''],
  ]);
  assert.deepEqual(
    tuned.map(({ scope, count, before, now }) => ({ scope, count, before, now })),
    [
      { scope: '0', count: 2, before: usual[0], now: 'direct, by rows' },
      { scope: '2', count: 1, before: usual[2], now: 'direct, by rows' },
    ],
  );
  assert.deepEqual(tuned[0].shape, [1, 2, 16, 12, 12]);
  assert.deepEqual(tuned[0].filterShape, [1, 16, 16, 3, 3]);
  assert.equal(tuned[0].times[0].method, usual[0]);
  for (const { method, milliseconds } of tuned[0].times) {
    assert.equal(milliseconds, method === 'direct, by rows' ? 0.1 : 1);
  }
});

test('a method that is hardly faster does not take the place of the one until now', async () => {
  const { step, methods } = inference({ measure: taking('by rows', 0.99) });
  const usual = methods();
  const tuned = await tune(step, [input()]);
  assert.ok(tuned.every(({ before, now }) => before === now));
  assert.deepEqual(methods(), usual);
});

test('a program that is there keeps its methods, also when it is loaded again', async () => {
  const { step, backend, model } = inference({ measure: taking('by rows', 0.1) });
  const program = step.program(input());
  const before = program.run([input().data()])[0].data();
  await program.tune();
  backend.setThreads(1);
  assert.deepEqual(program.run([input().data()])[0].data(), before);
  model.parameters()[0].set(
    model
      .parameters()[0]
      .data()
      .map((value) => -value),
  );
  const after = program.run([input().data()])[0].data();
  const exact = compile((x: Tensor) => model.call(x), { backend: reference })(input()).data();
  after.forEach((value, i) => {
    assert.ok(Math.abs(value - exact[i]) < 1e-4, `element ${i} is ${value}, not ${exact[i]}`);
  });
});

/** What was measured, in memory. */
class Shelf implements TuningStorage {
  readonly methods = new Map<string, string>();
  reads = 0;

  read({ threads }: TuningSetting): Map<string, string> {
    this.reads++;
    const own = [...this.methods].filter(([key]) => key.startsWith(`${threads} `));
    return new Map(own.map(([key, method]) => [key.slice(2), method]));
  }

  async add({ threads }: TuningSetting, methods: ReadonlyMap<string, string>): Promise<void> {
    for (const [key, method] of methods) this.methods.set(`${threads} ${key}`, method);
  }
}

test('what was measured is kept, read once by who comes later, and holds for as many threads', async () => {
  const shelf = new Shelf();
  const tuning = (): TuningStorage => shelf;
  const first = inference({ tuning, measure: taking('by rows', 0.1) });
  const usual = first.methods();
  await tune(first.step, [input()]);
  assert.equal(shelf.methods.size, 2);

  shelf.reads = 0;
  const second = inference({ tuning });
  assert.deepEqual(second.methods(), Array(3).fill('direct, by rows'));
  assert.equal(shelf.reads, 1);
  assert.deepEqual(inference({ tuning, threads: 1 }).methods(), usual);
  assert.deepEqual(inference({}).methods(), usual);
});

test('names that no method has, as another version may have written, are passed over', async () => {
  const shelf = new Shelf();
  const tuning = (): TuningStorage => shelf;
  const first = inference({ tuning, measure: taking('by rows', 0.1) });
  const usual = first.methods();
  await tune(first.step, [input()]);
  for (const key of shelf.methods.keys()) shelf.methods.set(key, 'by magic');
  assert.deepEqual(inference({ tuning }).methods(), usual);
});

test('who stops keeps what was measured so far', async () => {
  const shelf = new Shelf();
  const stop = new AbortController();
  const { step, methods } = inference({
    tuning: () => shelf,
    measure: taking('by rows', 0.1),
  });
  const usual = methods();
  const onProgress = ({ done }: { done: number }) => done === 1 && stop.abort(new Error('enough'));
  await assert.rejects(tune(step, [input()], { signal: stop.signal, onProgress }), /enough/);
  assert.equal(shelf.methods.size, 1);
  assert.deepEqual(methods(), ['direct, by rows', 'direct, by rows', usual[2]]);
});

test('what starts slowly is waited for, what stays slow is not run any more', async () => {
  const start = performance.now();
  const times: Readonly<Record<string, () => number>> = {
    steady: () => 0.02,
    // As an engine does that optimises in the background.
    late: () => (performance.now() - start < 100 ? 0.3 : 0.01),
    slow: () => 0.3,
  };
  const runs: Record<string, number> = { steady: 0, late: 0, slow: 0 };
  const plan = { kernels: [], inputs: [], outputs: [], arenaBytes: 0 };
  const prologue = { kernels: 0, variables: new Set<never>(), bytes: 0 };
  const trials = Object.keys(times).map((method) => ({ method, plan: { ...plan, prologue } }));
  const load = (loaded: Plan): Executable => {
    const { method } = trials.find((trial) => trial.plan === loaded)!;
    return {
      run: () => [],
      profile: () => {
        runs[method]++;
        // The kernel that wakes the threads comes first.
        return [100, times[method]()];
      },
      dispose: () => {},
    };
  };
  assert.deepEqual(await measureTrials(trials, load), [0.02, 0.01, 0.3]);
  assert.ok(runs.slow < runs.steady && runs.steady > 4, JSON.stringify(runs));
});

test('the engine itself measures; variables stay as they are', async () => {
  const { model, step, methods } = inference({});
  const before = model.parameters().map((parameter) => parameter.data());
  const tuned = await tune(step, [input()]);
  for (const { now, times } of tuned) {
    assert.ok(times.length >= 4);
    const measured = times.filter(({ milliseconds }) => Number.isFinite(milliseconds));
    assert.ok(measured.every(({ milliseconds }) => milliseconds > 0 && milliseconds < 1000));
    const fastest = Math.min(...measured.map(({ milliseconds }) => milliseconds));
    const taken = times.find(({ method }) => method === now);
    assert.ok(taken && taken.milliseconds <= 1.03 * fastest);
  }
  assert.equal(methods()[0], tuned[0].now);
  assert.deepEqual(
    model.parameters().map((parameter) => parameter.data()),
    before,
  );
});

test('a backend without a choice has nothing to tune', async () => {
  const model = network();
  const step = compile((x: Tensor) => model.call(x), { backend: reference });
  assert.deepEqual(await tune(step, [input()]), []);
});
