/** LeNet-5: names, shapes, logits, loss and every gradient as PyTorch's; and the registry of models. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grad } from '../src/autodiff/index.js';
import { decodeSafetensors } from '../src/formats/index.js';
import { ValueError } from '../src/graph/errors.js';
import { Tensor } from '../src/graph/tensor.js';
import { createModel, LeNet5, modelNames } from '../src/models/index.js';
import { crossEntropy, type Module, type StateDict } from '../src/nn/index.js';
import { slice, sum, tensor, zeros } from '../src/ops/index.js';
import { backendsUnderTest } from './backends-under-test.js';
import { compareWithReference } from './compared.js';
import { assertTorch, onReference, readFixtureBytes } from './torch-values.js';

const file = 'nn-lenet5.safetensors';
const { tensors, metadata } = decodeSafetensors(readFixtureBytes(file), file);

/** Numbers in [-1, 1) that the fixture's script makes from the same seed. */
function hashed(seed: number, size: number): Float32Array {
  return Float32Array.from({ length: size }, (_, i) => {
    const word = (Math.imul(i, 2654435761) + seed * 40503) >>> 0;
    return (Math.imul(word ^ (word >>> 15), 2246822519) >>> 8) / 2 ** 23 - 1;
  });
}

function withFixedWeights(): LeNet5 {
  const model = new LeNet5();
  model.parameters().forEach((parameter, i) => {
    const [, ...rest] = parameter.shape;
    const fanIn = parameter.rank > 1 ? rest.reduce((product, extent) => product * extent, 1) : 64;
    const scale = 2 ** Math.round(Math.log2(fanIn ** -0.5));
    parameter.set(hashed(i + 1, parameter.size).map((value) => value * scale));
  });
  return model;
}

function forwardAndBackward(model: Module, x: Tensor, labels: Tensor) {
  const logits = model.call(x);
  const loss = crossEntropy(logits, labels);
  return { logits, loss, gradients: grad(loss, model.parameters()) };
}

const images = tensor(hashed(99, 4 * 784), [4, 1, 28, 28]);
const labels = tensor([3, 1, 4, 9], [4], 'int32');
/** The fixture is stored in float32. */
const tolerance = 1e-7;

test('names and shapes are PyTorch’s', () => {
  const shapes = Object.entries(new LeNet5().stateDict()).map(([name, { shape }]) => [name, shape]);
  assert.deepEqual(shapes, Object.entries(JSON.parse(metadata.shapes)));
});

test('logits, loss and all gradients are PyTorch’s', () => {
  const model = withFixedWeights();
  const names = model.namedParameters().map(([name]) => name);
  const { logits, loss, gradients, sums } = onReference(() => {
    const built = forwardAndBackward(model, images, labels);
    const sums = built.gradients.map((gradient) => ({
      rows: slice(gradient, { step: [16] }),
      'row sums': gradient.rank > 1 ? sum(gradient, 1) : gradient,
      'column sums': sum(gradient, 0),
    }));
    return { ...built, sums };
  });
  assertTorch(logits, tensors.get('logits')!, { what: 'logits', tolerance });
  assertTorch(loss, tensors.get('loss')!, { what: 'loss', tolerance });
  names.forEach((name, i) => {
    const whole = tensors.get(name);
    if (whole) assertTorch(gradients[i], whole, { what: name, tolerance });
    else {
      for (const [part, actual] of Object.entries(sums[i])) {
        assertTorch(actual, tensors.get(`${name} ${part}`)!, {
          what: `${name} ${part}`,
          tolerance,
        });
      }
    }
  });
});

for (const backend of backendsUnderTest) {
  test(`logits, loss and all gradients: ${backend.backend.name} as the reference`, () => {
    const x = new Tensor(images.shape, 'float32', { kind: 'input' });
    const y = new Tensor(labels.shape, 'int32', { kind: 'input' });
    const { logits, loss, gradients } = forwardAndBackward(withFixedWeights(), x, y);
    const graph = { inputs: [x, y], outputs: [logits, loss, ...gradients], assignments: [] };
    compareWithReference(graph, [images.data(), labels.data()], backend);
  });
}

test('a picture of another size is refused with the sizes that fit', () => {
  assert.throws(
    () => new LeNet5().call(zeros([2, 1, 32, 32])),
    /^ShapeError: LeNet5: expected pictures of 28 x 28 to 31 x 31, got \[2, 1, 32, 32\]; resize/,
  );
});

test('models are created by name', () => {
  assert.ok(modelNames().includes('lenet5'));
  const model = createModel('lenet5', { numClasses: 7 });
  assert.ok(model instanceof LeNet5);
  const state: StateDict = model.stateDict();
  assert.deepEqual(state['fc3.weight'].shape, [7, 84]);
  assert.deepEqual(model.call(zeros([2, 1, 28, 28])).shape, [2, 7]);
});

test('an unknown model or option is refused with the name that was meant', () => {
  const message = 'there is no model "lenet-5"; did you mean "lenet5"?';
  assert.throws(() => createModel('lenet-5'), new ValueError(message));
  assert.throws(
    () => createModel('transformer'),
    /there is no model "transformer"; use one of lenet5, /,
  );
  assert.throws(() => createModel('toString'), ValueError);
  assert.throws(() => createModel('lenet5', { classes: 3 } as object), /did you mean "numClasses"/);
  assert.throws(() => createModel('lenet5', { numClasses: 0 }), /LeNet5: numClasses is 0/);
});
