/** Rows of the layers of pooling, padding and resizing. */

import type { Tensor } from '../../src/graph/tensor.js';
import {
  AdaptiveAvgPool2d,
  AdaptiveMaxPool2d,
  AvgPool2d,
  CircularPad2d,
  ConstantPad2d,
  GlobalAvgPool2d,
  GlobalMaxPool2d,
  LPPool2d,
  MaxPool2d,
  MaxUnpool2d,
  PixelShuffle,
  PixelUnshuffle,
  ReflectionPad2d,
  ReplicationPad2d,
  SumPool2d,
  Upsample,
  ZeroPad2d,
} from '../../src/nn/index.js';
import { between, distinct, exactly, normal } from '../cases/case.js';
import { scaled } from './inputs.js';
import { layerRows } from './layer-rows.js';
import type { Family } from './row.js';

type Shape = readonly number[];

const positive = (shape: Shape) => between(0.3, 2, shape);

export const spatialLayers: Family = {
  MaxPool2d: layerRows([
    [() => new MaxPool2d({ kernelSize: 2 }), [distinct([1, 2, 4, 5])], 'F.max_pool2d(a, 2)'],
    [
      () => new MaxPool2d({ kernelSize: 3, stride: 2, padding: 1, ceilMode: true }),
      [distinct([1, 1, 6, 5])],
      'F.max_pool2d(a, 3, 2, 1, ceil_mode=True)',
    ],
  ]),
  AvgPool2d: layerRows([
    [() => new AvgPool2d({ kernelSize: 2 }), [normal([1, 2, 4, 5])], 'F.avg_pool2d(a, 2)'],
    [
      () => new AvgPool2d({ kernelSize: 3, stride: 2, padding: 1, countIncludePad: false }),
      [normal([1, 1, 6, 5])],
      'F.avg_pool2d(a, 3, 2, 1, count_include_pad=False)',
    ],
  ]),
  SumPool2d: layerRows([
    [
      () => new SumPool2d({ kernelSize: [2, 1] }),
      [normal([1, 2, 4, 5])],
      'F.avg_pool2d(a, [2, 1], divisor_override=1)',
    ],
  ]),
  LPPool2d: layerRows([
    [() => new LPPool2d({ kernelSize: 2 }), [positive([1, 2, 4, 5])], 'F.lp_pool2d(a, 2, 2)'],
    [
      () => new LPPool2d({ normType: 3, kernelSize: 3, stride: 1 }),
      [positive([1, 1, 4, 3])],
      'F.lp_pool2d(a, 3, 3, 1)',
    ],
  ]),
  MaxUnpool2d: layerRows<[Tensor, Tensor]>([
    [
      () => new MaxUnpool2d({ kernelSize: 2 }),
      [scaled([1, 1, 2, 2], { by: 1 }), exactly([0, 2, 9, 15], [1, 1, 2, 2], 'int32')],
      'F.max_unpool2d(a, b, 2)',
    ],
  ]),
  AdaptiveAvgPool2d: layerRows([
    [
      () => new AdaptiveAvgPool2d([3, null]),
      [normal([1, 2, 5, 4])],
      'F.adaptive_avg_pool2d(a, [3, None])',
    ],
    [() => new AdaptiveAvgPool2d(1), [normal([2, 1, 3, 3])], 'F.adaptive_avg_pool2d(a, 1)'],
  ]),
  AdaptiveMaxPool2d: layerRows([
    [
      () => new AdaptiveMaxPool2d([3, 2]),
      [distinct([1, 2, 5, 4])],
      'F.adaptive_max_pool2d(a, [3, 2])',
    ],
    [() => new AdaptiveMaxPool2d(1), [distinct([2, 1, 3, 3])], 'F.adaptive_max_pool2d(a, 1)'],
  ]),
  GlobalAvgPool2d: layerRows([
    [() => new GlobalAvgPool2d(), [normal([2, 3, 2, 5])], 'a.mean([2, 3], True)'],
  ]),
  GlobalMaxPool2d: layerRows([
    [() => new GlobalMaxPool2d(), [distinct([2, 3, 2, 5])], 'a.amax([2, 3], True)'],
  ]),
  ZeroPad2d: layerRows([
    [() => new ZeroPad2d(1), [normal([1, 1, 2, 3])], 'F.pad(a, [1, 1, 1, 1])'],
    [() => new ZeroPad2d([1, 0, 2, 3]), [normal([1, 2, 1, 1])], 'F.pad(a, [1, 0, 2, 3])'],
  ]),
  ConstantPad2d: layerRows([
    [
      () => new ConstantPad2d([1, 2, 0, 1], { value: 0.5 }),
      [normal([1, 1, 2, 3])],
      'F.pad(a, [1, 2, 0, 1], value=0.5)',
    ],
  ]),
  ReflectionPad2d: layerRows([
    [
      () => new ReflectionPad2d([1, 2, 0, 1]),
      [normal([1, 1, 2, 3])],
      "F.pad(a, [1, 2, 0, 1], 'reflect')",
    ],
  ]),
  ReplicationPad2d: layerRows([
    [
      () => new ReplicationPad2d([1, 2, 0, 1]),
      [normal([1, 1, 2, 3])],
      "F.pad(a, [1, 2, 0, 1], 'replicate')",
    ],
  ]),
  CircularPad2d: layerRows([
    [
      () => new CircularPad2d([1, 2, 0, 1]),
      [normal([1, 1, 2, 3])],
      "F.pad(a, [1, 2, 0, 1], 'circular')",
    ],
  ]),
  Upsample: layerRows([
    [
      () => new Upsample({ scaleFactor: 2 }),
      [normal([1, 2, 2, 3])],
      'F.interpolate(a, scale_factor=2)',
    ],
    [
      () => new Upsample({ size: [3, 5], mode: 'bilinear', alignCorners: true }),
      [normal([1, 1, 2, 3])],
      "F.interpolate(a, (3, 5), mode='bilinear', align_corners=True)",
    ],
  ]),
  PixelShuffle: layerRows([
    [() => new PixelShuffle(2), [normal([1, 8, 1, 3])], 'F.pixel_shuffle(a, 2)'],
  ]),
  PixelUnshuffle: layerRows([
    [() => new PixelUnshuffle(3), [normal([1, 1, 3, 6])], 'F.pixel_unshuffle(a, 3)'],
  ]),
};
