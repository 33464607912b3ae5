/** ONNX operators that read at places, step through time or attend have the gradients that moving their inputs shows. */

import { describe, test } from 'node:test';
import { loadOnnx, readOnnxTensor, type TensorData } from '../src/formats/index.js';
import '../src/index.js';
import { checkGradient } from './central-difference.js';
import { runtimeRows } from './onnx-runtime-rows/index.js';
import { writeModel, writeTensor } from './onnx-writer.js';

/** Rows by their names, with the places of inputs that decide about shapes. */
const chosen: Readonly<Record<string, readonly number[]>> = {
  'GridSample linear zeros': [],
  'GridSample linear border align_corners': [],
  'GridSample linear reflection': [],
  'GridSample cubic zeros': [],
  'GridSample cubic reflection align_corners': [],
  'GridSample of a volume': [],
  'AffineGrid of a volume': [1],
  'DeformConv dilated': [],
  'Col2Im with strides, dilations and pads': [1, 2],
  'RoiAlign 16': [1, 2],
  'LSTM with peepholes and a clip': [],
  'GRU linear before reset, in reverse': [],
  'Attention with past keys': [],
  'RotaryEmbedding of interleaved pairs, in part': [],
};

const rows = new Map(Object.values(runtimeRows).flatMap((family) => Object.entries(family)));

describe('gradients', () => {
  for (const [name, known] of Object.entries(chosen)) {
    test(name, () => {
      const { operator, opset = 21, inputs, attributes, outputs = 1 } = rows.get(name)!;
      const names = inputs.map((input, i) => (input ? `x${i}` : ''));
      const outputNames = Array.from({ length: outputs }, (_, i) => `y${i}`);
      const data = new Map<string, TensorData>(
        inputs.flatMap((input, i) =>
          input ? [[names[i], readOnnxTensor(writeTensor(input), names[i])] as const] : [],
        ),
      );
      const bytes = writeModel({
        opset,
        nodes: [{ operator, inputs: names, outputs: outputNames, attributes }],
        inputs: Object.fromEntries(
          [...data].map(([key, { type, shape }]) => [key, [type as 'float32', ...shape]]),
        ),
        outputs: outputNames,
      });
      const constants = Object.fromEntries(
        known.map((place) => [names[place], data.get(names[place])!]),
      );
      const model = loadOnnx(bytes, 'm.onnx', { constants });
      const moved = model.inputNames.map((key) => {
        const { shape, data: values } = data.get(key)!;
        return {
          shape,
          dtype: 'float32' as const,
          data: Float32Array.from(values as Float32Array),
        };
      });
      checkGradient(
        {
          name,
          inputs: moved,
          build: (...given) =>
            Object.values(
              model.call(Object.fromEntries(model.inputNames.map((key, i) => [key, given[i]]))),
            ),
        },
        1,
      );
    });
  }
});
