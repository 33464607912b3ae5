/** How many kernels the blocks of residual, inception and dense networks are, and that nothing is copied to join channels. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Backend } from '../src/backends/contract.js';
import { reference } from '../src/backends/reference/index.js';
import type { KernelDescription } from '../src/compiler/index.js';
import { bytesPerElement } from '../src/graph/dtype.js';
import { sizeOf } from '../src/graph/shape.js';
import {
  add,
  compile,
  concatenate,
  grad,
  mul,
  relu,
  split,
  sum,
  type Tensor,
  tanh,
  tensor,
} from '../src/index.js';
import { BatchNorm2d, Conv2d, MaxPool2d, Module } from '../src/nn/index.js';
import { Philox } from '../src/random/philox.js';
import { backendsUnderTest } from './backends-under-test.js';

/** Convolution, batch normalisation and ReLU. */
class Unit extends Module {
  readonly conv: Conv2d;
  readonly norm: BatchNorm2d;

  constructor(from: number, to: number, kernelSize = 1) {
    super();
    const padding = (kernelSize - 1) / 2;
    this.conv = new Conv2d(from, to, { kernelSize, padding, bias: false });
    this.norm = new BatchNorm2d(to);
  }

  normalized(x: Tensor): Tensor {
    return this.norm.call(this.conv.call(x));
  }

  forward(x: Tensor): Tensor {
    return relu(this.normalized(x));
  }
}

class ResidualBlock extends Module {
  readonly first = new Unit(6, 6, 3);
  readonly second = new Unit(6, 6, 3);

  forward(x: Tensor): Tensor {
    return relu(add(this.second.normalized(this.first.call(x)), x));
  }
}

class InceptionBlock extends Module {
  readonly single = new Unit(6, 4);
  readonly before = new Unit(6, 3);
  readonly wide = new Unit(3, 5, 3);
  readonly pool = new MaxPool2d({ kernelSize: 3, stride: 1, padding: 1 });
  readonly pooled = new Unit(6, 2);

  forward(x: Tensor): Tensor {
    const wide = this.wide.call(this.before.call(x));
    const pooled = this.pooled.call(this.pool.call(x));
    return concatenate([this.single.call(x), wide, pooled], 1);
  }
}

const growth = 4;

class DenseBlock extends Module {
  readonly start = new Unit(6, 6);
  readonly a = new Conv2d(6, growth, { kernelSize: 3, padding: 1 });
  readonly b = new Conv2d(6 + growth, growth, { kernelSize: 3, padding: 1 });
  readonly c = new Conv2d(6 + 2 * growth, growth, { kernelSize: 3, padding: 1 });

  forward(x: Tensor): Tensor {
    const features = [this.start.call(x)];
    for (const layer of [this.a, this.b, this.c]) {
      features.push(layer.call(concatenate(features, 1)));
    }
    return concatenate(features, 1);
  }
}

const shape = [2, 6, 8, 8];

function values(seed: number): Tensor {
  const random = new Philox(seed);
  return tensor(
    Float32Array.from({ length: sizeOf(shape) }, () => random.normal()),
    shape,
  );
}

function evaluating<Net extends Module>(net: Net): Net {
  net.eval();
  return net;
}

const blocks = {
  residual: evaluating(new ResidualBlock()),
  inception: evaluating(new InceptionBlock()),
  dense: evaluating(new DenseBlock()),
};

const described = (build: (x: Tensor) => Tensor) =>
  compile(build, { backend: reference }).program(values(1)).describe();

const large = (kernels: readonly KernelDescription[]): KernelDescription[] =>
  kernels.filter((kernel) => sizeOf(kernel.shape) >= sizeOf(shape.slice(0, 1).concat(64)));

test('a residual block is one kernel for each convolution, and one for its scale and shift', () => {
  const { kernels } = described((x) => blocks.residual.call(x));
  assert.deepEqual(
    kernels.map(({ kind }) => kind),
    ['map', 'map', 'conv2d', 'conv2d'],
  );
  // Scales and shifts are the same from run to run.
  assert.deepEqual(
    kernels.map(({ isPrologue }) => isPrologue),
    [true, true, false, false],
  );
  const conv = kernels[2];
  // For each element: 54 products and sums, one scale, one shift, one maximum.
  assert.equal(conv.flops, sizeOf(conv.shape) * (2 * 54 + 3));
  assert.deepEqual(
    large(kernels).map(({ kind }) => kind),
    ['conv2d', 'conv2d'],
  );
});

test('an inception block copies nothing to join its branches', () => {
  const { kernels } = described((x) => blocks.inception.call(x));
  const kinds = large(kernels).map(({ kind }) => kind);
  assert.deepEqual(kinds.sort(), ['conv2d', 'conv2d', 'conv2d', 'conv2d', 'pad', 'window']);
});

test('a dense block has each feature once in memory, and copies none', () => {
  const { kernels, arenaBytes } = described((x) => blocks.dense.call(x));
  assert.deepEqual(
    large(kernels).map(({ kind }) => kind),
    ['conv2d', 'conv2d', 'conv2d', 'conv2d'],
  );
  const input = sizeOf(shape);
  const features = input + 3 * sizeOf([shape[0], growth, ...shape.slice(2)]);
  // And a cache line for each of the buffers, the first scale and shift among them.
  const most = (input + features) * bytesPerElement.float32 + 8 * 64;
  assert.ok(arenaBytes <= most, `${arenaBytes} bytes, expected at most ${most}`);
});

test('the gradient of what is split is put together without padding and adding', () => {
  const { kernels } = described((x) => {
    const [a, b, c] = split(x, 2, 1);
    const loss = sum(add(mul(a, tanh(b)), mul(b, c)));
    return grad(loss, [x])[0];
  });
  assert.ok(kernels.every(({ kind }) => kind === 'map'));
  assert.ok(kernels.every((kernel) => !kernel.label.includes('pad')));
});

describe('their values', () => {
  const run = (block: Module, backend: Backend): Float64Array =>
    Float64Array.from(compile((x: Tensor) => block.call(x), { backend })(values(1)).data());
  for (const [name, block] of Object.entries(blocks)) {
    for (const { backend } of backendsUnderTest) {
      test(`${name}, ${backend.name}`, () => {
        const [actual, expected] = [run(block, backend), run(block, reference)];
        actual.forEach((value, i) => {
          assert.ok(Math.abs(value - expected[i]) <= 1e-5, `${i}: ${value}, not ${expected[i]}`);
        });
      });
    }
  }
});
