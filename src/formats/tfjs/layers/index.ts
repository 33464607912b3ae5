/** The layers that are read, by Keras's names. */

import type { BuildLayer } from '../layer.js';
import {
  activation,
  eLU,
  leakyReLU,
  pReLU,
  reLU,
  softmaxLayer,
  thresholdedReLU,
} from './activation.js';
import { conv2D, conv2DTranspose, depthwiseConv2D, separableConv2D } from './convolution.js';
import { dense, embedding } from './dense.js';
import {
  addLayer,
  average,
  concatenateLayer,
  maximumLayer,
  minimumLayer,
  multiply,
  subtract,
} from './merge.js';
import {
  batchNormalization,
  dropout,
  layerNormalization,
  rescaling,
  spatialDropout2D,
} from './normalization.js';
import {
  averagePooling2D,
  globalAveragePooling2D,
  globalMaxPooling2D,
  maxPooling2D,
} from './pooling.js';
import { gru } from './recurrent.js';
import {
  cropping2D,
  flatten,
  permuteLayer,
  repeatVector,
  reshapeLayer,
  upSampling2D,
  zeroPadding2D,
} from './shape.js';

/** Layers that take several tensors. */
export const mergingLayers: readonly string[] = [
  'Add',
  'Average',
  'Concatenate',
  'Maximum',
  'Minimum',
  'Multiply',
  'Subtract',
];

export const layerBuilders: ReadonlyMap<string, BuildLayer> = new Map(
  Object.entries({
    Activation: activation,
    Add: addLayer,
    Average: average,
    AveragePooling2D: averagePooling2D,
    BatchNormalization: batchNormalization,
    Concatenate: concatenateLayer,
    Conv2D: conv2D,
    Conv2DTranspose: conv2DTranspose,
    Cropping2D: cropping2D,
    Dense: dense,
    DepthwiseConv2D: depthwiseConv2D,
    Dropout: dropout,
    ELU: eLU,
    Embedding: embedding,
    Flatten: flatten,
    GRU: gru,
    GlobalAveragePooling2D: globalAveragePooling2D,
    GlobalMaxPooling2D: globalMaxPooling2D,
    LayerNormalization: layerNormalization,
    LeakyReLU: leakyReLU,
    MaxPooling2D: maxPooling2D,
    Maximum: maximumLayer,
    Minimum: minimumLayer,
    Multiply: multiply,
    PReLU: pReLU,
    Permute: permuteLayer,
    ReLU: reLU,
    RepeatVector: repeatVector,
    Rescaling: rescaling,
    Reshape: reshapeLayer,
    SeparableConv2D: separableConv2D,
    Softmax: softmaxLayer,
    SpatialDropout2D: spatialDropout2D,
    Subtract: subtract,
    ThresholdedReLU: thresholdedReLU,
    UpSampling2D: upSampling2D,
    ZeroPadding2D: zeroPadding2D,
  }),
);
