/** What depends on nothing but variables is computed once, and again as soon as one of them was written, by whomever. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KernelBackend } from '../src/backends/contract.js';
import { Freshness } from '../src/backends/freshness.js';
import { reference } from '../src/backends/reference/index.js';
import { createWasmBackend } from '../src/backends/wasm/index.js';
import { Program } from '../src/compiler/program.js';
import {
  add,
  compile,
  concatenate,
  exp,
  matmul,
  mul,
  sub,
  sum,
  Tensor,
  tensor,
  transpose,
  Variable,
} from '../src/index.js';
import { BatchNorm2d, Parameter } from '../src/nn/index.js';
import { SGD } from '../src/optim/index.js';
import { backendsUnderTest } from './backends-under-test.js';

const numbers = (...values: number[]): Tensor => tensor(new Float32Array(values), [values.length]);
const variable = (...values: number[]): Variable =>
  new Variable(new Float32Array(values), [values.length], 'float32');
const listOf = (result: Tensor): number[] => [...result.data()];

/** The sum of x, times what the variables make. */
const scaled = (x: Tensor, factor: Tensor): Tensor => mul(sum(x, 0, { keepDims: true }), factor);

/** What is computed once, beside operands that a backend puts into another order. */
const prologueOf = (program: Program): string[] =>
  program
    .describe()
    .kernels.filter(({ isPrologue, kind }) => isPrologue && kind !== 'prepare')
    .map(({ label }) => label);

for (const { backend } of backendsUnderTest) {
  describe(backend.name, () => {
    const options = { backend };

    test('values of variables are computed ahead, and follow what is set', () => {
      const [a, b] = [variable(1, 2), variable(3, 4)];
      const product = compile((x: Tensor) => scaled(x, sum(mul(a, b))), options);
      const x = numbers(1, 1, 1);
      assert.deepEqual(prologueOf(product.program(x)), ['sum']);
      assert.ok(product.program(x).describe().keptBytes > 0);
      assert.deepEqual(listOf(product(x)), [33]);
      assert.deepEqual(listOf(product(numbers(1, 1, 2))), [44]);
      a.set([10, 20]);
      assert.deepEqual(listOf(product(x)), [330]);
      a.set([1, 2]);
      b.set([0, 1]);
      assert.deepEqual(listOf(product(x)), [6]);
      assert.deepEqual(listOf(product(x)), [6]);
    });

    test('they follow what another program writes', () => {
      const a = variable(1, 2);
      const read = compile((x: Tensor) => scaled(x, sum(mul(a, a))), options);
      const write = compile((x: Tensor) => {
        a.assign(add(a, x));
        return [];
      }, options);
      const x = numbers(1);
      assert.deepEqual(listOf(read(x)), [5]);
      write(numbers(1, 1));
      assert.deepEqual(listOf(read(x)), [13]);
      write(numbers(1, 1));
      write(numbers(1, 1));
      assert.deepEqual(listOf(read(x)), [41]);
    });

    test('a program writes no variable that is read ahead', () => {
      const [a, b] = [variable(1, 2), variable(2, 3)];
      const step = compile((x: Tensor) => {
        const result = scaled(x, add(sum(mul(a, a)), sum(exp(sub(b, b)))));
        a.assign(add(a, 1));
        return result;
      }, options);
      const x = numbers(1);
      const ahead = prologueOf(step.program(x));
      assert.equal(ahead.length, 1, `${ahead}`);
      assert.deepEqual(
        [1, 2, 3].flatMap(() => listOf(step(x))),
        [7, 15, 27],
      );
    });

    test('a value that is also an output, and one of several parts', () => {
      const [a, b] = [variable(1, 2), variable(3, 4)];
      const both = compile((x: Tensor) => {
        const total = sum(mul(a, b), 0, { keepDims: true });
        const parts = concatenate([mul(exp(sub(a, a)), b), mul(x, 2)]);
        return { total, scaled: mul(parts, sum(total)) };
      }, options);
      for (const [set, total, last] of [
        [1, 11, 22],
        [2, 14, 28],
      ] as const) {
        a.set([set === 1 ? 1 : 2, 2]);
        for (let run = 0; run < 2; run++) {
          const result = both(numbers(1));
          assert.deepEqual(listOf(result.total), [total]);
          assert.deepEqual(listOf(result.scaled), [3 * total, 4 * total, last]);
        }
      }
    });

    test('what is computed of constants alone', () => {
      const table = tensor(new Float32Array([1, 2, 3, 4, 5, 6]), [2, 3]);
      const squares = compile((x: Tensor) => matmul(x, matmul(table, transpose(table))), options);
      const x = tensor(new Float32Array([1, 0]), [1, 2]);
      assert.deepEqual(prologueOf(squares.program(x)), ['matmul']);
      for (let run = 0; run < 2; run++) assert.deepEqual(listOf(squares(x)), [14, 32]);
    });

    test('without inputs nothing is kept', () => {
      const a = variable(1, 2);
      const program = compile(() => exp(sum(mul(a, a))), options).program();
      assert.deepEqual(prologueOf(program), []);
      assert.equal(program.describe().keptBytes, 0);
    });

    test('variables that another backend has changed meanwhile', () => {
      const a = variable(1, 2);
      const here = compile((x: Tensor) => scaled(x, sum(mul(a, a))), options);
      const there = compile(
        (x: Tensor) => {
          a.assign(mul(a, x));
          return [];
        },
        { backend: reference },
      );
      const x = numbers(1);
      assert.deepEqual(listOf(here(x)), [5]);
      there(numbers(2, 3));
      assert.deepEqual(listOf(here(x)), [40]);
      assert.deepEqual(listOf(here(x)), [40]);
    });

    test('batch normalisation after training and after loading', () => {
      const norm = new BatchNorm2d(2);
      const optimizer = new SGD([norm.weight!], { lr: 1 });
      const x = tensor(new Float32Array([1, 2, 3, 4, 5, 6, 7, 9]), [2, 2, 1, 2]);
      const evaluate = compile((image: Tensor) => norm.call(image), options);
      const expected = (): number[] =>
        listOf(compile((image: Tensor) => norm.call(image), { backend: reference })(x));
      const check = (): void => {
        norm.eval();
        // On another backend last, which takes the variables away.
        const actual = listOf(evaluate(x));
        expected().forEach((value, i) => {
          assert.ok(Math.abs(actual[i] - value) < 1e-5, `${actual}, expected ${expected()}`);
        });
      };
      check();
      const train = compile((image: Tensor) => {
        const y = norm.call(image);
        optimizer.step([sum(y, [0, 2, 3])]);
        return y;
      }, options);
      norm.train();
      train(x);
      check();
      const state = norm.stateDict();
      const moved = Object.entries(state).map(([name, value]) => [
        name,
        value.dtype === 'float32'
          ? { ...value, data: Float32Array.from(value.data, (element) => element + 0.5) }
          : value,
      ]);
      norm.loadStateDict(Object.fromEntries(moved));
      check();
    });
  });
}

test('a profile shows no time for what is kept', () => {
  const backend = createWasmBackend({ threads: 1 });
  const weight = new Parameter([64, 64], new Float32Array(4096).fill(0.5));
  const product = compile((x: Tensor) => matmul(x, matmul(weight, weight)), { backend });
  const x = tensor(new Float32Array(128).fill(1), [2, 64]);
  const program = product.program(x);
  const ahead = (): number => program.profile(x)[0].milliseconds;
  assert.ok(ahead() > 0);
  assert.equal(ahead(), 0);
  weight.set(new Float32Array(4096).fill(1));
  assert.ok(ahead() > 0);
  assert.equal(ahead(), 0);
});

test('what is kept survives another number of threads', () => {
  const backend = createWasmBackend({ threads: 1 });
  const a = variable(1, 2);
  const product = compile((x: Tensor) => scaled(x, sum(mul(a, a))), { backend });
  const x = numbers(1);
  assert.deepEqual(listOf(product(x)), [5]);
  backend.setThreads(2);
  assert.deepEqual(listOf(product(x)), [5]);
  backend.setThreads(1);
  assert.deepEqual(listOf(product(x)), [5]);
});

test('a program that is not to keep anything computes all in every run', () => {
  const weight = new Variable(new Float32Array(40 * 48).fill(1), [40, 48], 'float32');
  const x = new Tensor([64, 40], 'float32', { kind: 'input' });
  const graph = { inputs: [x], outputs: [matmul(x, exp(sub(weight, 1)))], assignments: [] };
  const programs = [true, false].map(
    (keeps) => new Program(graph, createWasmBackend({ threads: 1 }), { keeps }),
  );
  const [kept, none] = programs.map((program) => program.describe().keptBytes);
  assert.ok(kept >= 40 * 48 * 4, `${kept} bytes kept`);
  assert.equal(none, 0);
  for (const [value, expected] of [
    [1, 80],
    [2, 80 * Math.E],
  ]) {
    weight.set(new Float32Array(40 * 48).fill(value));
    for (const program of programs) {
      const [y] = program.run([new Float32Array(64 * 40).fill(2)]);
      assert.ok(Math.abs(y.data()[0] - expected) < 1e-3);
    }
  }
});

test('values count as computed only when computing them did not fail', () => {
  const a = variable(1, 2);
  const values = new Freshness([a]);
  const refresh = (): boolean => values.refresh((isFresh) => isFresh);
  assert.deepEqual([refresh(), refresh()], [false, true]);
  a.set([3, 4]);
  assert.throws(
    () =>
      values.refresh(() => {
        throw new Error('no memory');
      }),
    /no memory/,
  );
  assert.deepEqual([refresh(), refresh()], [false, true]);
  values.forget();
  assert.deepEqual([refresh(), refresh()], [false, true]);
});

test('a run that fails may have written its variables', () => {
  const a = variable(1, 2);
  const failing: KernelBackend = {
    kind: 'kernels',
    name: 'failing',
    load: () => ({
      run: () => {
        throw new Error('no memory');
      },
      profile: () => null,
      dispose: () => {},
    }),
  };
  const assignments = [{ variable: a, value: add(a, 1) }];
  const program = new Program({ inputs: [], outputs: [], assignments }, failing);
  const before = a.version;
  assert.throws(() => program.run([]), /no memory/);
  assert.ok(a.version > before);
});
