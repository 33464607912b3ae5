/** Variables that are read, returned and overwritten in one program, on every fast backend. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Program } from '../src/compiler/program.js';
import type { Tensor } from '../src/graph/tensor.js';
import { trace } from '../src/graph/trace.js';
import { Variable } from '../src/graph/variable.js';
import {
  add,
  cast,
  detach,
  fill,
  flip,
  greater,
  iota,
  matmul,
  minimum,
  mul,
  permute,
  relu,
  reshape,
  slice,
  sum,
  tanh,
  transpose,
  where,
} from '../src/ops/index.js';
import { backendsUnderTest } from './backends-under-test.js';
import { assignmentsOf } from './cases/case.js';
import { compareWithReference } from './compared.js';

type Traced = (a: Variable, b: Variable) => readonly Tensor[];

const programs: { readonly [name: string]: Traced } = {
  'two variables swap their values': (a, b) => {
    const old = detach(a);
    a.assign(b);
    b.assign(old);
    return [];
  },
  'the old value is returned beside the new one': (a) => {
    const old = detach(a);
    a.assign(add(a, 1));
    return [old, a];
  },
  'the old value is used again beside the new one': (a) => {
    const old = detach(a);
    a.assign(tanh(a));
    return [minimum(tanh(old), old)];
  },
  'the old value is first used after the new one is known': (a, b) => {
    const old = detach(a);
    const doubled = mul(b, 2);
    a.assign(doubled);
    return [add(doubled, old)];
  },
  'a view of the old value is returned': (a) => {
    const old = transpose(a);
    a.assign(mul(a, 2));
    return [old];
  },
  'a view is returned and read by others': (a, b) => {
    const doubled = mul(a, 2);
    const turned = transpose(doubled);
    b.assign(add(transpose(turned), turned));
    return [turned, flip(turned, [0])];
  },
  'the new value is the old one turned around': (a) => {
    a.assign(transpose(a));
    return [];
  },
  'the new value is a reversal of itself plus itself': (a) => {
    a.assign(add(a, flip(a, [1])));
    return [a];
  },
  'a product of itself': (a) => {
    a.assign(matmul(a, a));
    return [];
  },
  'each from the other': (a, b) => {
    const sum = add(a, b);
    const turned = add(transpose(a), b);
    a.assign(turned);
    b.assign(sum);
    return [];
  },
  'one value for two variables': (a, b) => {
    const value = relu(add(a, b));
    a.assign(value);
    b.assign(value);
    return [value];
  },
  'twice, reading in between': (a, b) => {
    a.assign(add(a, 1));
    b.assign(mul(a, b));
    a.assign(add(sum(a, 0, { keepDims: true }), b));
    return [a, b];
  },
  'a constant': (a) => {
    const before = sum(a);
    a.assign(fill(3, a.shape));
    return [before];
  },
  'only when a condition holds': (a, b) => {
    a.assign(where(greater(sum(b), 0), add(a, b), a));
    return [];
  },
  'a reshaped permutation, which no strides can say': (a, b) => {
    a.assign(mul(reshape(permute(reshape(b, [2, 2, 4]), [0, 2, 1]), [4, 4]), 2));
    return [reshape(permute(reshape(b, [2, 2, 4]), [0, 2, 1]), [4, 4])];
  },
  'another shape of a value, which others read in either shape': (a, b) => {
    const doubled = mul(reshape(b, [2, 8]), 2);
    a.assign(reshape(doubled, [4, 4]));
    return [
      sum(doubled, 1),
      reshape(doubled, [16]),
      matmul(reshape(doubled, [1, 4, 4]), reshape(b, [1, 4, 4])),
    ];
  },
  'another shape of a value and a part of it': (a, b) => {
    const doubled = mul(reshape(a, [16]), 2);
    a.assign(reshape(doubled, [4, 4]));
    b.assign(reshape(slice(tanh(doubled), { start: [0], end: [16] }), [4, 4]));
    return [reshape(slice(doubled, { start: [4], end: [12] }), [2, 4])];
  },
  coordinates: (a) => {
    a.assign(add(a, cast(iota(a.shape, 1), 'float32')));
    return [];
  },
};

test('another shape of a value is written where it belongs, without a copy', () => {
  const a = new Variable(new Float32Array(16), [4, 4], 'float32');
  const b = new Variable(new Float32Array(16), [2, 8], 'float32');
  const traced = trace(() => {
    a.assign(reshape(mul(b, 2), [4, 4]));
    return [];
  });
  const assignments = assignmentsOf(traced.trace);
  const { kernels, arenaBytes } = new Program(
    { inputs: [], outputs: [], assignments },
    backendsUnderTest[0].backend,
  ).describe();
  assert.deepEqual(
    kernels.map(({ label }) => label),
    ['mul'],
  );
  assert.equal(arenaBytes, 0);
});

for (const under of backendsUnderTest) {
  describe(under.backend.name, () => {
    for (const [name, program] of Object.entries(programs)) {
      test(name, () => {
        const values = (from: number) =>
          Float32Array.from({ length: 16 }, (_, i) => (i + from) / 8);
        const a = new Variable(values(0), [4, 4], 'float32');
        const b = new Variable(values(-20), [4, 4], 'float32');
        const traced = trace(() => program(a, b));
        const outputs = traced.result.map(
          (tensor) => traced.trace.assignments.get(tensor) ?? tensor,
        );
        const graph = { inputs: [], outputs, assignments: assignmentsOf(traced.trace) };
        compareWithReference(graph, [], under);
      });
    }
  });
}
