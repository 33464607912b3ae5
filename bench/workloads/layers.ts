/** Single layers, forward and backward, and optimisers, on shapes of LeNet, DCGAN and ResNet. */

import {
  add,
  avgPool2d,
  dropout,
  Generator,
  gelu,
  globalAvgPool2d,
  interpolate,
  leakyRelu,
  localResponseNorm,
  logSoftmax,
  maxPool2d,
  pixelShuffle,
  relu,
  type Shape,
  sigmoid,
  silu,
  softmax,
  type Tensor,
  tanh,
  tensor,
} from '../../src/index.js';
import {
  BatchNorm2d,
  ConvTranspose2d,
  crossEntropy,
  GroupNorm,
  InstanceNorm2d,
  LayerNorm,
  Linear,
  type Module,
} from '../../src/nn/index.js';
import { Adam, AdamW, Lion, RMSprop, SGD } from '../../src/optim/index.js';
import { hashedLabels } from '../hashed-data.js';
import { type Layer, layerCase } from '../layers/layer-case.js';
import { optimizerCase } from '../layers/optimizer-case.js';
import type { LayerCase, Workload } from '../workload.js';

/** After LeNet-5's first convolution. */
const lenet = [64, 6, 28, 28];
/** Inside DCGAN, of either network. */
const dcgan = [64, 64, 16, 16];
/** A first stage of ResNet-18 on 32 x 32 pictures, and its stem on 224 x 224. */
const resnet = [32, 64, 32, 32];
const stem = [8, 64, 112, 112];
/** Logits: of LeNet, of ImageNet's classes, of 21 classes for each pixel. */
const digits = [64, 10];
const classes = [128, 1000];
const perPixel = [8, 21, 64, 64];

export const layers: Workload = {
  name: 'layers',
  summary: 'single layers forward and backward, and optimisers; one table',
  layers: [
    ...memoryBound('relu', [lenet, resnet], plain(relu)),
    ...memoryBound(
      'leaky-relu',
      [dcgan],
      plain((x) => leakyRelu(x, { negativeSlope: 0.2 })),
    ),
    ...memoryBound('add', [resnet], () => ({ forward: add, inputs: 2 })),
    ...arithmetic('sigmoid', [dcgan], plain(sigmoid)),
    ...arithmetic('tanh', [[64, 3, 32, 32], resnet], plain(tanh)),
    ...arithmetic('gelu', [resnet], plain(gelu)),
    ...arithmetic('silu', [resnet], plain(silu)),
    ...arithmetic('dropout', [[64, 4096], resnet], masked, { random: true }),
    ...memoryBound(
      'max-pool-2x2',
      [lenet, resnet],
      plain((x) => maxPool2d(x, { kernelSize: 2 })),
    ),
    ...memoryBound(
      'max-pool-3x3-s2-p1',
      [stem],
      plain((x) => maxPool2d(x, { kernelSize: 3, stride: 2, padding: 1 })),
    ),
    ...memoryBound(
      'average-pool-2x2',
      [lenet, resnet],
      plain((x) => avgPool2d(x, { kernelSize: 2 })),
    ),
    ...memoryBound(
      'global-average',
      [
        [32, 512, 4, 4],
        [8, 2048, 7, 7],
      ],
      plain(globalAvgPool2d),
    ),
    ...memoryBound('batch-norm', [[64, 128, 8, 8], resnet], ([, c]) => learned(new BatchNorm2d(c))),
    ...memoryBound('batch-norm-eval', [resnet], ([, c]) => learned(new BatchNorm2d(c).eval())),
    ...memoryBound('layer-norm', [[2048, 512], dcgan], ([, ...shape]) =>
      learned(new LayerNorm(shape)),
    ),
    ...memoryBound('group-norm-32', [resnet], ([, c]) => learned(new GroupNorm(32, c))),
    ...memoryBound('instance-norm', [resnet], ([, c]) => learned(new InstanceNorm2d(c))),
    ...arithmetic(
      'local-response-norm-5',
      [resnet],
      plain((x) => localResponseNorm(x, { size: 5 })),
    ),
    ...arithmetic(
      'softmax',
      [classes, perPixel],
      plain((x) => softmax(x, 1)),
    ),
    ...arithmetic(
      'log-softmax',
      [classes, perPixel],
      plain((x) => logSoftmax(x, 1)),
    ),
    ...arithmetic('cross-entropy', [digits, classes, perPixel], labelled),
    ...memoryBound(
      'nearest-x2',
      [dcgan],
      plain((x) => interpolate(x, { scaleFactor: 2 })),
    ),
    ...memoryBound(
      'bilinear-x2',
      [dcgan],
      plain((x) => interpolate(x, { scaleFactor: 2, mode: 'bilinear' })),
    ),
    ...memoryBound(
      'pixel-shuffle-2',
      [[64, 256, 8, 8]],
      plain((x) => pixelShuffle(x, 2)),
    ),
    convTranspose([64, 128, 8, 8], 64),
    convTranspose([64, 64, 16, 16], 3),
    linear([64, 400], 120),
    linear([128, 784], 400),
    ...optimizers(),
  ],
};

type Make = (shape: Shape) => Layer;

function memoryBound(name: string, shapes: readonly Shape[], make: Make): LayerCase[] {
  return shapes.map((shape) => layerCase({ name, shape, make, memoryBound: true }));
}

function arithmetic(
  name: string,
  shapes: readonly Shape[],
  make: Make,
  agreement: LayerCase['agreement'] = {},
): LayerCase[] {
  return shapes.map((shape) => layerCase({ name, shape, make, memoryBound: false, agreement }));
}

function plain(forward: (x: Tensor) => Tensor): Make {
  return () => ({ forward: (x) => forward(x) });
}

/** A layer with parameters. */
const learned = (layer: Module): Layer => ({
  forward: (x) => layer.call(x),
  parameters: layer.namedParameters(),
});

function masked(): Layer {
  const generator = new Generator(0);
  return { forward: (x) => dropout(x, { p: 0.5, generator }) };
}

function labelled([batch, count, ...pixels]: Shape): Layer {
  const shape = [batch, ...pixels];
  const length = shape.reduce((product, extent) => product * extent, 1);
  const labels = tensor(hashedLabels(length, count, 3), shape);
  return { forward: (x) => crossEntropy(x, labels), constants: [labels] };
}

function convTranspose(shape: Shape, outChannels: number): LayerCase {
  const [batch, inChannels, height, width] = shape;
  const options = { kernelSize: 4, stride: 2, padding: 1, bias: false };
  return layerCase({
    name: `conv-transpose-${outChannels}-4x4-s2-p1`,
    shape,
    make: () => learned(new ConvTranspose2d(inChannels, outChannels, options)),
    memoryBound: false,
    flops: 3 * 2 * batch * inChannels * outChannels * 16 * height * width,
  });
}

function linear(shape: Shape, outFeatures: number): LayerCase {
  const [batch, inFeatures] = shape;
  return layerCase({
    name: `linear-${outFeatures}`,
    shape,
    make: () => learned(new Linear(inFeatures, outFeatures)),
    memoryBound: false,
    flops: 3 * 2 * batch * inFeatures * outFeatures,
  });
}

function optimizers(): LayerCase[] {
  return [
    optimizerCase({
      name: 'sgd-momentum',
      make: (p) => new SGD(p, { lr: 0.1, momentum: 0.9, weightDecay: 5e-4 }),
      moments: 1,
    }),
    optimizerCase({ name: 'adam', make: (p) => new Adam(p, { lr: 1e-3 }), moments: 2 }),
    optimizerCase({
      name: 'adamw',
      make: (p) => new AdamW(p, { lr: 1e-3, weightDecay: 0.05 }),
      moments: 2,
    }),
    optimizerCase({ name: 'rmsprop', make: (p) => new RMSprop(p, { lr: 1e-3 }), moments: 1 }),
    optimizerCase({
      name: 'lion',
      make: (p) => new Lion(p, { lr: 1e-4, weightDecay: 0.1 }),
      moments: 1,
    }),
  ];
}
