/** The engine's threads and memory: same bits for every thread count, nothing leaks, nothing hangs. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { grad } from '../src/autodiff/index.js';
import { commands, control } from '../src/backends/wasm/control.js';
import { createWasmBackend, type WasmBackend } from '../src/backends/wasm/index.js';
import { compile } from '../src/compiler/index.js';
import { ValueError } from '../src/graph/errors.js';
import { Variable } from '../src/graph/variable.js';
import { LeNet5 } from '../src/models/index.js';
import { crossEntropy, manualSeed } from '../src/nn/index.js';
import { add, matmul, mul, sum, tensor } from '../src/ops/index.js';
import { Adam } from '../src/optim/index.js';
import { Philox } from '../src/random/philox.js';

const batchSizes = [64, 33, 1, 64, 7, 64, 2, 33, 64, 5];

/** The loss of ten steps of LeNet-5 and the weights after them, as bits. */
function trainLeNet5(
  backend: WasmBackend,
  { beforeStep = () => {} }: { beforeStep?: (step: number) => void } = {},
): { losses: Uint32Array; weights: Map<string, Uint32Array> } {
  manualSeed(0);
  const model = new LeNet5();
  const optimizer = new Adam(model.parameters(), { lr: 1e-3 });
  const step = compile(
    (x, y) => {
      const loss = crossEntropy(model.call(x), y);
      optimizer.step(grad(loss, optimizer.parameters));
      return { loss };
    },
    { backend },
  );
  const random = new Philox(1);
  const losses = batchSizes.map((size, i) => {
    beforeStep(i);
    const pixels = Float32Array.from({ length: size * 784 }, () => random.uniform());
    const labels = Int32Array.from({ length: size }, () => random.integer(10));
    return step(tensor(pixels, [size, 1, 28, 28]), tensor(labels, [size])).loss.item();
  });
  const weights = Object.entries(model.stateDict()).map(
    ([name, { data }]) => [name, bits(data as Float32Array)] as const,
  );
  step.dispose();
  return { losses: bits(Float32Array.from(losses)), weights: new Map(weights) };
}

const bits = (data: Float32Array): Uint32Array => new Uint32Array(data.slice().buffer);

const ones = (length: number): Float32Array => new Float32Array(length).fill(1);

/** A program that adds the row sums of x, [64, 64], to a variable; `total` is the variable's sum. */
function accumulator(backend: WasmBackend) {
  const state = new Variable(new Float32Array(64), [64], 'float32');
  const step = compile(
    (x) => {
      state.assign(add(state, sum(matmul(x, x), 1)));
      return { total: sum(state) };
    },
    { backend },
  );
  // The same input for every step, so that all that is left behind is the engine's.
  const x = tensor(ones(64 * 64), [64, 64]);
  return { state, step, run: () => step(x).total.item() };
}
/** What one run of the accumulator adds. */
const added = 64 ** 3;

const wordOf = ({ heap }: WasmBackend, address: number): number =>
  Atomics.load(new Int32Array(heap.memory.buffer), address / 4);

/** Waits, for ten seconds at most, until `holds`. */
async function until(holds: () => boolean): Promise<void> {
  const end = performance.now() + 10_000;
  while (!holds() && performance.now() < end) await new Promise((done) => setTimeout(done, 10));
}

const expected = trainLeNet5(createWasmBackend({ threads: 1 }));

for (const threads of [2, 3]) {
  test(`${threads} threads compute the bits that one computes`, () => {
    const backend = createWasmBackend({ threads });
    assert.deepEqual(trainLeNet5(backend), expected);
    assert.equal(backend.threadCount(), threads);
  });
}

test('a program goes on after the number of threads changes', () => {
  const backend = createWasmBackend({ threads: 1 });
  const counts = [1, 3, 3, 2, 1, 2, 4, 2, 3, 1];
  const seen: number[] = [];
  const actual = trainLeNet5(backend, {
    beforeStep: (step) => {
      backend.setThreads(counts[step]);
      seen.push(backend.threadCount());
    },
  });
  assert.deepEqual(actual, expected);
  assert.deepEqual(seen, counts);
});

test('changing threads again and again leaves no command behind', () => {
  const backend = createWasmBackend({ threads: 2 });
  const { run } = accumulator(backend);
  for (let turn = 1; turn <= 20; turn++) {
    const before = backend.threadCount();
    const after = 1 + (turn % 3);
    backend.setThreads(after);
    if (before > 1 && before !== after) {
      assert.equal(wordOf(backend, control.command), commands.stop);
      assert.equal(wordOf(backend, control.acknowledged), before - 1, 'all workers have left');
    }
    assert.equal(run(), turn * added);
  }
});

test('programs without kernels do not disturb the loading of others', () => {
  const backend = createWasmBackend({ threads: 2 });
  const same = compile((x) => x, { backend });
  const x = tensor([1, 2, 3], [3]);
  assert.equal(same.program(x).describe().kernels.length, 0);
  for (let turn = 0; turn < 50; turn++) {
    const before = wordOf(backend, control.generation);
    assert.deepEqual([...same(x).data()], [1, 2, 3]);
    assert.equal(wordOf(backend, control.generation), before, 'no command without an answer');
    const { run, step } = accumulator(backend);
    assert.equal(run(), added);
    step.dispose();
  }
});

test('ready() resolves when the threads run', async () => {
  const backend = createWasmBackend({ threads: 3 });
  await Promise.all([backend.ready(), backend.ready()]);
  assert.equal(backend.threadCount(), 3);
  assert.equal(accumulator(backend).run(), added);
});

for (const asked of ['0', '-1', '1.5', 'two', '65', 'NaN']) {
  test(`FOVEA_THREADS=${asked} is an error`, () => {
    const before = process.env.FOVEA_THREADS;
    process.env.FOVEA_THREADS = asked;
    try {
      assert.throws(
        () => createWasmBackend().threadCount(),
        new ValueError(`FOVEA_THREADS: expected a whole number from 1 to 64, got ${asked}`),
      );
    } finally {
      if (before === undefined) delete process.env.FOVEA_THREADS;
      else process.env.FOVEA_THREADS = before;
    }
  });
}

test('setThreads refuses what is no number of threads and keeps what was', () => {
  const backend = createWasmBackend({ threads: 2 });
  for (const count of [0, -2, 2.5, Number.NaN, 65]) {
    assert.throws(() => backend.setThreads(count), /setThreads: expected a whole number from 1/);
  }
  assert.equal(backend.threadCount(), 2);
});

test('programs that are disposed of leave nothing in the heap', () => {
  const backend = createWasmBackend({ threads: 2 });
  const run = (turn: number) => {
    const scale = tensor(ones(256), [256]);
    const fn = compile((x) => mul(add(x, scale), turn), { backend });
    assert.equal(fn(tensor(ones(256), [256])).data()[255], 2 * turn);
    fn.dispose();
  };
  run(0);
  const before = backend.heap.usedBytes;
  for (let turn = 1; turn <= 200; turn++) run(turn);
  assert.equal(backend.heap.usedBytes, before);
});

test('programs and variables that nobody holds leave the heap', async () => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const backend = createWasmBackend({ threads: 2 });
  const run = (turn: number) => {
    const scale = tensor(ones(256), [256]);
    const state = new Variable(ones(256), [256], 'float32');
    const fn = compile(
      (x) => {
        state.assign(mul(add(x, scale), turn));
        return {};
      },
      { backend },
    );
    fn(tensor(ones(256), [256]));
    assert.equal(state.data()[255], 2 * turn);
  };
  run(0);
  const held = backend.heap.usedBytes;
  for (let turn = 1; turn <= 50; turn++) run(turn);
  assert.ok(backend.heap.usedBytes > held + 50 * 2 * 1024, 'they do take room');
  await until(() => {
    collect();
    return backend.heap.usedBytes <= held;
  });
  assert.ok(backend.heap.usedBytes <= held);
});

test('3,000 steps take no more memory than 500', () => {
  const backend = createWasmBackend({ threads: 2 });
  const { run } = accumulator(backend);
  for (let step = 0; step < 500; step++) run();
  const used = backend.heap.usedBytes;
  const resident = process.memoryUsage.rss();
  for (let step = 0; step < 3000; step++) run();
  assert.equal(backend.heap.usedBytes, used);
  const grown = process.memoryUsage.rss() - resident;
  assert.ok(grown < 32 * 2 ** 20, `the resident set grew by ${grown} bytes`);
});

/** Gives workers a command behind the engine's back and waits until the word at `answer` has changed. */
function command({ heap }: WasmBackend, answer: number, ...words: readonly number[]): void {
  const memory = new Int32Array(heap.memory.buffer);
  const before = Atomics.load(memory, answer / 4);
  memory.set(words, control.command / 4);
  // Back and forth, so that the engine's next command has a number that workers have not seen.
  const number = control.generation / 4;
  Atomics.xor(memory, number, 2 ** 30);
  Atomics.notify(memory, number);
  Atomics.wait(memory, answer / 4, before, 5000);
}

const noProgram = 1_000_000;
const accidents: Readonly<Record<string, (backend: WasmBackend) => void>> = {
  'between two steps': (backend) => command(backend, control.failed, commands.run, noProgram),
  'in the middle of a step': (backend) => {
    // The worker forgets the only program, so that it fails when it should run it.
    command(backend, control.acknowledged, commands.unload, 0);
    command(backend, control.acknowledged, commands.unload, 0);
  },
};

for (const [when, happen] of Object.entries(accidents)) {
  test(`a thread that dies ${when} is an error, not a hang`, () => {
    for (const threads of [2, 3]) {
      const backend = createWasmBackend({ threads });
      const { run, state } = accumulator(backend);
      assert.equal(run(), added);
      happen(backend);
      const start = performance.now();
      assert.throws(run, /a thread of the engine died \(TypeError: .*the next program starts new/);
      assert.ok(performance.now() - start < 2500, 'soon');
      state.set(new Float32Array(64));
      assert.equal(run(), added);
      assert.equal(backend.threadCount(), threads);
    }
  });
}

test('a smaller memory will do where the system grants no larger one', () => {
  const { Memory } = WebAssembly;
  const refused: number[] = [];
  WebAssembly.Memory = class extends Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      if (descriptor.maximum! > 16384) {
        refused.push(descriptor.maximum!);
        throw new RangeError('could not allocate memory');
      }
      super(descriptor);
    }
  };
  let backend: WasmBackend;
  try {
    backend = createWasmBackend({ threads: 2 });
  } finally {
    WebAssembly.Memory = Memory;
  }
  assert.deepEqual(refused, [65536, 32768]);
  assert.equal(accumulator(backend).run(), added);
  assert.throws(() => backend.heap.allocate(2 ** 30), /cannot grow by 1025 MB.*at most 1024 MB/);
});
