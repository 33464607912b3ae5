/** ONNX layers whose meaning or form changed from version to version, in each of them. */

import { float, floats, int, ints, longs, noise, of, type Rows, text } from './row.js';

const image = noise(1, 2, 3, 5, 4);

const softmax: Rows = Object.fromEntries(
  [7, 11, 12, 13, 21].flatMap((opset) =>
    ['Softmax', 'LogSoftmax', 'Hardmax'].map((operator) => [
      `${operator} ${opset}`,
      { operator, opset, inputs: [noise(2, 2, 3, 4)] },
    ]),
  ),
);

const statistics = [3, 4, 5, 6].map((seed) =>
  of(
    'float32',
    [3],
    noise(seed, 3).values!.map((v) => Math.abs(v) + 0.5),
  ),
);

const normalization: Rows = {
  ...Object.fromEntries(
    [7, 9, 14, 15].map((opset) => [
      `BatchNormalization ${opset}`,
      { operator: 'BatchNormalization', opset, inputs: [image, ...statistics] },
    ]),
  ),
  ...Object.fromEntries(
    [7, 22].map((opset) => [
      `InstanceNormalization ${opset}`,
      { operator: 'InstanceNormalization', opset, inputs: [image, ...statistics.slice(0, 2)] },
    ]),
  ),
  'BatchNormalization 15 in training': {
    operator: 'BatchNormalization',
    opset: 15,
    inputs: [image, ...statistics],
    attributes: { training_mode: int(1), momentum: float(0.8) },
    outputs: 3,
  },
  'GroupNormalization 21': {
    operator: 'GroupNormalization',
    opset: 21,
    inputs: [noise(1, 2, 4, 3), floats(1, 2, 3, 4), floats(0, 1, 2, 3)],
    attributes: { num_groups: int(2) },
  },
  'LayerNormalization 17': {
    operator: 'LayerNormalization',
    opset: 17,
    inputs: [noise(1, 2, 4, 3), floats(1, 2, 3), floats(0, 1, 2)],
    outputs: 3,
  },
  'RMSNormalization 23': {
    operator: 'RMSNormalization',
    opset: 23,
    inputs: [noise(1, 2, 4, 3), floats(1, 2, 3)],
  },
  'LRN 13': { operator: 'LRN', opset: 13, inputs: [image], attributes: { size: int(3) } },
};

const resizing: Rows = {
  ...Object.fromEntries(
    ['nearest', 'linear'].flatMap((mode) => [
      [
        `Upsample 7 ${mode}`,
        {
          operator: 'Upsample',
          opset: 7,
          inputs: [image],
          attributes: { mode: text(mode), scales: { floats: [1, 1, 2, 1.5] } },
        },
      ],
      [
        `Upsample 9 ${mode}`,
        {
          operator: 'Upsample',
          opset: 9,
          inputs: [image, floats(1, 1, 2, 3)],
          attributes: { mode: text(mode) },
        },
      ],
      [
        `Resize 10 ${mode}`,
        {
          operator: 'Resize',
          opset: 10,
          inputs: [image, floats(1, 1, 1.6, 0.75)],
          attributes: { mode: text(mode) },
        },
      ],
    ]),
  ),
  ...Object.fromEntries(
    [11, 13, 18, 19].flatMap((opset) =>
      ['half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric'].flatMap(
        (transformation) =>
          ['nearest', 'linear', 'cubic'].map((mode) => [
            `Resize ${opset} ${mode} ${transformation}`,
            {
              operator: 'Resize',
              opset,
              inputs: [
                image,
                opset < 13 ? floats() : null,
                opset < 13 ? floats() : null,
                longs(2, 3, 9, 6),
              ],
              attributes: {
                mode: text(mode),
                coordinate_transformation_mode: text(transformation),
                ...(mode === 'nearest' && { nearest_mode: text('floor') }),
              },
            },
          ]),
      ),
    ),
  ),
  'Resize 18 antialias along axes': {
    operator: 'Resize',
    opset: 18,
    inputs: [noise(1, 1, 1, 9, 8), null, floats(0.5, 0.6)],
    attributes: { mode: text('linear'), antialias: int(1), axes: ints(2, 3) },
  },
};

const pool = { kernel_shape: ints(3, 2), strides: ints(2, 1) };
const pooling: Rows = {
  ...Object.fromEntries(
    [7, 10, 11, 19, 22].flatMap((opset) =>
      ['AveragePool', 'MaxPool'].map((operator) => [
        `${operator} ${opset}`,
        {
          operator,
          opset,
          inputs: [image],
          attributes: {
            ...pool,
            pads: ints(1, 0, 1, 1),
            ...(opset >= 10 && { ceil_mode: int(1) }),
          },
        },
      ]),
    ),
  ),
  'AveragePool 7 with what is padded': {
    operator: 'AveragePool',
    opset: 7,
    inputs: [image],
    attributes: { ...pool, pads: ints(1, 0, 1, 1), count_include_pad: int(1) },
  },
  'AveragePool 19 dilated': {
    operator: 'AveragePool',
    opset: 19,
    inputs: [image],
    attributes: { kernel_shape: ints(2, 2), dilations: ints(2, 1) },
  },
  'MaxPool 12 with places, dilated': {
    operator: 'MaxPool',
    opset: 12,
    inputs: [image],
    attributes: { kernel_shape: ints(2, 2), dilations: ints(2, 1) },
    outputs: 2,
  },
  'LpPool 18': {
    operator: 'LpPool',
    opset: 18,
    inputs: [image],
    attributes: { kernel_shape: ints(2, 2), p: int(3) },
  },
};

const convolving: Rows = Object.fromEntries(
  [7, 11, 22].flatMap((opset) => [
    [
      `Conv ${opset}`,
      {
        operator: 'Conv',
        opset,
        inputs: [noise(1, 2, 4, 6, 5), noise(2, 6, 2, 3, 2), noise(3, 6)],
        attributes: {
          group: int(2),
          strides: ints(2, 1),
          pads: ints(1, 0, 2, 1),
          dilations: ints(1, 2),
        },
      },
    ],
    [
      `ConvTranspose ${opset}`,
      {
        operator: 'ConvTranspose',
        opset,
        inputs: [noise(1, 2, 4, 3, 4), noise(2, 4, 3, 3, 2), noise(3, 6)],
        attributes: {
          group: int(2),
          strides: ints(2, 1),
          pads: ints(1, 0, 1, 1),
          output_padding: ints(1, 0),
        },
      },
    ],
  ]),
);

export const layerVersions: Rows = {
  ...softmax,
  ...normalization,
  ...resizing,
  ...pooling,
  ...convolving,
};
