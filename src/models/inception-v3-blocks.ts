/** The blocks of Inception v3 (Szegedy et al. 2015): branches side by side, their outputs joined along the channels. */

import { ShapeError } from '../graph/errors.js';
import { formatShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { Linear } from '../nn/linear.js';
import { Module } from '../nn/module.js';
import { globalAvgPool2d } from '../ops/adaptive-pooling.js';
import { concatenate } from '../ops/concatenate.js';
import { flatten } from '../ops/dims.js';
import { avgPool2d, maxPool2d } from '../ops/pooling.js';
import { BasicConv2d } from './basic-conv-2d.js';

/** One layer behind the other. */
const through = (x: Tensor, ...layers: Module[]): Tensor =>
  layers.reduce((input, layer) => layer.call(input), x);

const meanOfNeighbours = (x: Tensor): Tensor =>
  avgPool2d(x, { kernelSize: 3, stride: 1, padding: 1 });

const halved = (x: Tensor): Tensor => maxPool2d(x, { kernelSize: 3, stride: 2 });

/** Along the rows, and along the columns: two of them see what one square kernel sees. */
const row = (extent: number) => ({
  kernelSize: [1, extent] as const,
  padding: [0, (extent - 1) / 2] as const,
});
const column = (extent: number) => ({
  kernelSize: [extent, 1] as const,
  padding: [(extent - 1) / 2, 0] as const,
});

/** Figure 5 of the paper (with a 5x5 branch): 35x35 maps -> 224 + poolChannels maps of 35x35. */
export class InceptionA extends Module {
  readonly branch1x1: BasicConv2d;
  readonly branch5x5_1: BasicConv2d;
  readonly branch5x5_2 = new BasicConv2d(48, 64, { kernelSize: 5, padding: 2 });
  readonly branch3x3dbl_1: BasicConv2d;
  readonly branch3x3dbl_2 = new BasicConv2d(64, 96, { kernelSize: 3, padding: 1 });
  readonly branch3x3dbl_3 = new BasicConv2d(96, 96, { kernelSize: 3, padding: 1 });
  readonly branch_pool: BasicConv2d;

  constructor(inChannels: number, { poolChannels }: { poolChannels: number }) {
    super();
    this.branch1x1 = new BasicConv2d(inChannels, 64, { kernelSize: 1 });
    this.branch5x5_1 = new BasicConv2d(inChannels, 48, { kernelSize: 1 });
    this.branch3x3dbl_1 = new BasicConv2d(inChannels, 64, { kernelSize: 1 });
    this.branch_pool = new BasicConv2d(inChannels, poolChannels, { kernelSize: 1 });
  }

  forward(x: Tensor): Tensor {
    const branches = [
      this.branch1x1.call(x),
      through(x, this.branch5x5_1, this.branch5x5_2),
      through(x, this.branch3x3dbl_1, this.branch3x3dbl_2, this.branch3x3dbl_3),
      this.branch_pool.call(meanOfNeighbours(x)),
    ];
    return concatenate(branches, 1);
  }
}

/** Figure 10: 35x35 maps -> 480 + inChannels maps of 17x17. */
export class InceptionB extends Module {
  readonly branch3x3: BasicConv2d;
  readonly branch3x3dbl_1: BasicConv2d;
  readonly branch3x3dbl_2 = new BasicConv2d(64, 96, { kernelSize: 3, padding: 1 });
  readonly branch3x3dbl_3 = new BasicConv2d(96, 96, { kernelSize: 3, stride: 2 });

  constructor(inChannels: number) {
    super();
    this.branch3x3 = new BasicConv2d(inChannels, 384, { kernelSize: 3, stride: 2 });
    this.branch3x3dbl_1 = new BasicConv2d(inChannels, 64, { kernelSize: 1 });
  }

  forward(x: Tensor): Tensor {
    const branches = [
      this.branch3x3.call(x),
      through(x, this.branch3x3dbl_1, this.branch3x3dbl_2, this.branch3x3dbl_3),
      halved(x),
    ];
    return concatenate(branches, 1);
  }
}

/** Figure 6: 7x7 kernels as rows and columns; 17x17 maps -> 768 maps of 17x17. */
export class InceptionC extends Module {
  readonly branch1x1: BasicConv2d;
  readonly branch7x7_1: BasicConv2d;
  readonly branch7x7_2: BasicConv2d;
  readonly branch7x7_3: BasicConv2d;
  readonly branch7x7dbl_1: BasicConv2d;
  readonly branch7x7dbl_2: BasicConv2d;
  readonly branch7x7dbl_3: BasicConv2d;
  readonly branch7x7dbl_4: BasicConv2d;
  readonly branch7x7dbl_5: BasicConv2d;
  readonly branch_pool: BasicConv2d;

  constructor(inChannels: number, { innerChannels }: { innerChannels: number }) {
    super();
    const inner = innerChannels;
    this.branch1x1 = new BasicConv2d(inChannels, 192, { kernelSize: 1 });
    this.branch7x7_1 = new BasicConv2d(inChannels, inner, { kernelSize: 1 });
    this.branch7x7_2 = new BasicConv2d(inner, inner, row(7));
    this.branch7x7_3 = new BasicConv2d(inner, 192, column(7));
    this.branch7x7dbl_1 = new BasicConv2d(inChannels, inner, { kernelSize: 1 });
    this.branch7x7dbl_2 = new BasicConv2d(inner, inner, column(7));
    this.branch7x7dbl_3 = new BasicConv2d(inner, inner, row(7));
    this.branch7x7dbl_4 = new BasicConv2d(inner, inner, column(7));
    this.branch7x7dbl_5 = new BasicConv2d(inner, 192, row(7));
    this.branch_pool = new BasicConv2d(inChannels, 192, { kernelSize: 1 });
  }

  forward(x: Tensor): Tensor {
    const twice = through(x, this.branch7x7dbl_1, this.branch7x7dbl_2, this.branch7x7dbl_3);
    const branches = [
      this.branch1x1.call(x),
      through(x, this.branch7x7_1, this.branch7x7_2, this.branch7x7_3),
      through(twice, this.branch7x7dbl_4, this.branch7x7dbl_5),
      this.branch_pool.call(meanOfNeighbours(x)),
    ];
    return concatenate(branches, 1);
  }
}

/** As figure 10, behind 7x7 kernels: 17x17 maps -> 512 + inChannels maps of 8x8. */
export class InceptionD extends Module {
  readonly branch3x3_1: BasicConv2d;
  readonly branch3x3_2 = new BasicConv2d(192, 320, { kernelSize: 3, stride: 2 });
  readonly branch7x7x3_1: BasicConv2d;
  readonly branch7x7x3_2 = new BasicConv2d(192, 192, row(7));
  readonly branch7x7x3_3 = new BasicConv2d(192, 192, column(7));
  readonly branch7x7x3_4 = new BasicConv2d(192, 192, { kernelSize: 3, stride: 2 });

  constructor(inChannels: number) {
    super();
    this.branch3x3_1 = new BasicConv2d(inChannels, 192, { kernelSize: 1 });
    this.branch7x7x3_1 = new BasicConv2d(inChannels, 192, { kernelSize: 1 });
  }

  forward(x: Tensor): Tensor {
    const { branch7x7x3_1, branch7x7x3_2, branch7x7x3_3, branch7x7x3_4 } = this;
    const branches = [
      through(x, this.branch3x3_1, this.branch3x3_2),
      through(x, branch7x7x3_1, branch7x7x3_2, branch7x7x3_3, branch7x7x3_4),
      halved(x),
    ];
    return concatenate(branches, 1);
  }
}

/** Figure 7: rows and columns side by side; 8x8 maps -> 2048 maps of 8x8. */
export class InceptionE extends Module {
  readonly branch1x1: BasicConv2d;
  readonly branch3x3_1: BasicConv2d;
  readonly branch3x3_2a = new BasicConv2d(384, 384, row(3));
  readonly branch3x3_2b = new BasicConv2d(384, 384, column(3));
  readonly branch3x3dbl_1: BasicConv2d;
  readonly branch3x3dbl_2 = new BasicConv2d(448, 384, { kernelSize: 3, padding: 1 });
  readonly branch3x3dbl_3a = new BasicConv2d(384, 384, row(3));
  readonly branch3x3dbl_3b = new BasicConv2d(384, 384, column(3));
  readonly branch_pool: BasicConv2d;

  constructor(inChannels: number) {
    super();
    this.branch1x1 = new BasicConv2d(inChannels, 320, { kernelSize: 1 });
    this.branch3x3_1 = new BasicConv2d(inChannels, 384, { kernelSize: 1 });
    this.branch3x3dbl_1 = new BasicConv2d(inChannels, 448, { kernelSize: 1 });
    this.branch_pool = new BasicConv2d(inChannels, 192, { kernelSize: 1 });
  }

  forward(x: Tensor): Tensor {
    const once = this.branch3x3_1.call(x);
    const twice = through(x, this.branch3x3dbl_1, this.branch3x3dbl_2);
    const branches = [
      this.branch1x1.call(x),
      this.branch3x3_2a.call(once),
      this.branch3x3_2b.call(once),
      this.branch3x3dbl_3a.call(twice),
      this.branch3x3dbl_3b.call(twice),
      this.branch_pool.call(meanOfNeighbours(x)),
    ];
    return concatenate(branches, 1);
  }
}

/** Figure 8: a small classifier on maps of 17x17 or more, which pictures of 299x299 or more give. */
export class AuxiliaryHead extends Module {
  readonly conv0: BasicConv2d;
  readonly conv1 = new BasicConv2d(128, 768, { kernelSize: 5 });
  fc: Linear;

  constructor(inChannels: number, numClasses: number) {
    super();
    this.conv0 = new BasicConv2d(inChannels, 128, { kernelSize: 1 });
    this.fc = new Linear(768, numClasses);
  }

  forward(x: Tensor): Tensor {
    if (x.shape[2] < 17 || x.shape[3] < 17) {
      throw new ShapeError(
        `expected maps of 17x17 or more, got ${formatShape(x.shape)}; train with pictures of 299x299 or ` +
          'more, or leave the head out: { auxiliary: false }',
      );
    }
    const means = avgPool2d(x, { kernelSize: 5, stride: 3 });
    const maps = through(means, this.conv0, this.conv1);
    return this.fc.call(flatten(globalAvgPool2d(maps), { startDim: 1 }));
  }
}
