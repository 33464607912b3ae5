/** Networks beside PyTorch's: names, shapes and counts, outputs and gradients (tests/fixtures/generate-models.py). */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { fingerprintOf } from '../bench/fingerprint.js';
import { hashedLabels, hashedValues } from '../bench/hashed-data.js';
import { setHashedState } from '../bench/hashed-parameters.js';
import { grad } from '../src/autodiff/index.js';
import { compile } from '../src/compiler/index.js';
import { sizeOf } from '../src/graph/shape.js';
import type { Tensor } from '../src/graph/tensor.js';
import { createModel } from '../src/models/index.js';
import { type AnyModule, BatchNorm2d, crossEntropy, Dropout } from '../src/nn/index.js';
import { add, tensor } from '../src/ops/index.js';
import { readFixture } from './torch-values.js';

type Entry = readonly [name: string, tensor: { readonly shape: readonly number[] }];
type Print = readonly [norm: number, projection: number];

interface Described {
  readonly count: number;
  readonly parameters: string;
  readonly buffers: string;
  readonly state: string;
}

interface Computed {
  readonly classes: number;
  /** Batch normalisation takes its running statistics in training too. */
  readonly running: boolean;
  /** Of the pictures. */
  readonly seed: number;
  /** The first elements of each output. */
  readonly outputs: readonly (readonly number[])[];
  readonly fingerprints: readonly Print[];
  readonly loss: number;
  readonly gradients: Readonly<Record<string, Print>>;
}

const fixture = readFixture<{
  states: Record<string, Described>;
  cases: Record<string, Computed>;
}>('models.json');

/** The names of the networks whose names and shapes PyTorch wrote. */
export const describedNames = Object.keys(fixture.states);

/** Of all names and shapes, in order. */
function digest(entries: readonly Entry[]): string {
  const lines = entries.map(([name, { shape }]) => `${name} [${shape.join(',')}]\n`);
  return createHash('sha256').update(lines.join('')).digest('hex').slice(0, 16);
}

const countParameters = (model: AnyModule): number =>
  model.parameters().reduce((count, { size }) => count + size, 0);

/** Holds names and shapes, in order, to PyTorch's, without the memory for any value. */
export function assertDescribed(model: AnyModule, name: string): void {
  const expected = fixture.states[name];
  assert.equal(countParameters(model), expected.count, `${name}: parameters`);
  assert.equal(digest(model.namedParameters()), expected.parameters, `${name}: parameter names`);
  assert.equal(digest(model.namedBuffers()), expected.buffers, `${name}: buffer names`);
}

/** A test for each model: so many parameters, with PyTorch's names and shapes. */
export function testCounts(counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) {
    test(`${name}: ${count} parameters, torchvision’s names and shapes`, () => {
      const model = createModel(name);
      assert.equal(countParameters(model), count);
      assertDescribed(model, name);
    });
  }
}

/** Holds the whole state dictionary to PyTorch's. */
export function assertState(model: AnyModule, name: string): void {
  const entries = Object.entries(model.stateDict());
  assert.equal(digest(entries), fixture.states[name].state, `${name}: state dictionary`);
}

export interface ModelCase<Model extends AnyModule> {
  readonly model: Model;
  readonly shape: readonly number[];
  readonly training?: boolean;
  /** The logits, and behind them those of auxiliary heads. */
  readonly outputs: (model: Model, x: Tensor) => readonly Tensor[];
  /** The loss of outputs and labels. Default: the sum of their cross entropies. */
  readonly loss?: (outputs: readonly Tensor[], labels: Tensor) => Tensor;
  /** The largest error, as a share of a tensor's norm. Default: 1e-4. */
  readonly tolerance?: number;
}

const sumOfEntropies = (outputs: readonly Tensor[], labels: Tensor): Tensor =>
  outputs.map((logits) => crossEntropy(logits, labels)).reduce((a, b) => add(a, b));

/** Holds outputs, loss and gradients to PyTorch's, with the same hashed weights and pictures. */
export function assertComputed<Model extends AnyModule>(
  name: string,
  { model, shape, training = false, tolerance = 1e-4, ...build }: ModelCase<Model>,
): void {
  const key = `${name} [${shape}]${training ? ' training' : ''}`;
  const expected = fixture.cases[key];
  assert.ok(expected, `the fixture has no ${key}`);
  setHashedState(model);
  model.train(training);
  for (const [, layer] of model.namedModules()) {
    // Random masks are PyTorch's own.
    if (layer instanceof Dropout) Object.assign(layer, { p: 0 });
    if (expected.running && layer instanceof BatchNorm2d) layer.eval();
  }
  const parameters = model.namedParameters().filter(([path]) => path in expected.gradients);
  const withInput = 'input' in expected.gradients;
  const step = compile((x: Tensor, labels: Tensor) => {
    const outputs = [...build.outputs(model, x)];
    const loss = (build.loss ?? sumOfEntropies)(outputs, labels);
    const sources = [...(withInput ? [x] : []), ...parameters.map(([, parameter]) => parameter)];
    return { outputs, loss, gradients: grad(loss, sources) };
  });
  const x = tensor(hashedValues(sizeOf(shape), expected.seed), shape);
  const labels = tensor(hashedLabels(shape[0], expected.classes, 2), [shape[0]], 'int32');
  const { outputs, loss, gradients } = step(x, labels);
  step.dispose();

  assert.equal(outputs.length, expected.outputs.length, `${key}: outputs`);
  outputs.forEach((output, i) => {
    const what = `${key}: output ${i}`;
    const values = output.data();
    assertNear(values.subarray(0, 8), expected.outputs[i], { what, tolerance });
    assertPrint(values, expected.fingerprints[i], { what, tolerance });
  });
  assertNear(loss.data(), [expected.loss], { what: `${key}: loss`, tolerance });
  const names = [...(withInput ? ['input'] : []), ...parameters.map(([path]) => path)];
  assert.deepEqual(new Set(names), new Set(Object.keys(expected.gradients)), `${key}: gradients`);
  names.forEach((path, i) => {
    const what = `${key}: gradient of ${path}`;
    assertPrint(gradients[i].data(), expected.gradients[path], { what, tolerance });
  });
}

interface Expectation {
  readonly what: string;
  readonly tolerance: number;
}

/** Element by element, as a share of the largest. */
function assertNear(
  actual: ArrayLike<number>,
  expected: readonly number[],
  { what, tolerance }: Expectation,
): void {
  const allowed = tolerance * Math.max(...expected.map(Math.abs));
  expected.forEach((value, i) => {
    const near = Math.abs(actual[i] - value) <= allowed;
    assert.ok(near, `${what}: element ${i} is ${actual[i]}, PyTorch computed ${value}`);
  });
}

/** Norm and projection, as a share of the norm. */
function assertPrint(
  values: ArrayLike<number>,
  [norm, projection]: Print,
  { what, tolerance }: Expectation,
): void {
  const found = fingerprintOf(values);
  for (const [part, actual, expected] of [
    ['norm', found.norm, norm],
    ['projection', found.projection, projection],
  ] as const) {
    const near = Math.abs(actual - expected) <= tolerance * norm;
    assert.ok(near, `${what}: ${part} is ${actual}, PyTorch computed ${expected} (norm ${norm})`);
  }
}
