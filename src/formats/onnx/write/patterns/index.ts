/** The patterns that several primitives together make, by the primitive that comes last; larger ones first. */

import type { PrimitiveName } from '../../../../graph/vocabulary.js';
import type { Pattern } from '../match.js';
import * as activations from './activations.js';
import { convolution, onePixelConvolution, singleAxisConvolution } from './convolution.js';
import { embedding, sameOfEveryRow } from './indexing.js';
import {
  batchNorm,
  groupNorm,
  instanceNorm,
  layerNorm,
  localResponseNorm,
} from './normalization.js';
import { insidePadding } from './padding.js';
import { averagePool, maxPool, maxPoolPlaces, sumPool } from './pooling.js';
import { batchedMatmul, gemm } from './products.js';
import { droppedReduction, logSoftmax, mean, softmax } from './reductions.js';
import { interpolated, nearest, pixelShuffle } from './resizing.js';

export const patterns: { readonly [Name in PrimitiveName]?: readonly Pattern[] } = {
  add: [convolution, onePixelConvolution, gemm, batchNorm, instanceNorm, layerNorm],
  sub: [logSoftmax, layerNorm],
  mul: [
    mean,
    averagePool,
    localResponseNorm,
    layerNorm,
    activations.selu,
    activations.gelu,
    activations.mish,
  ],
  div: [softmax, averagePool, activations.hardSigmoid, activations.softsign],
  or: [activations.lessOrEqual],
  where: [
    activations.relu,
    activations.hardSwish,
    activations.clip,
    activations.elu,
    activations.softplus,
    activations.leakyRelu,
    embedding,
  ],
  reshape: [
    convolution,
    singleAxisConvolution,
    onePixelConvolution,
    groupNorm,
    embedding,
    nearest,
    pixelShuffle,
    interpolated,
    gemm,
    batchedMatmul,
    droppedReduction,
    maxPool,
    sumPool,
  ],
  slice: [onePixelConvolution],
  concatenate: [insidePadding],
  windowMax: [maxPool],
  windowSum: [sumPool],
  windowArgmax: [maxPoolPlaces],
  gather: [sameOfEveryRow],
};
