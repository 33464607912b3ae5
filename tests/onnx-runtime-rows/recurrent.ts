/** ONNX recurrent layers. */

import { int, noise, of, type Rows, type RuntimeRow, text } from './row.js';

const lstm = (extra: Partial<RuntimeRow>): RuntimeRow => ({
  operator: 'LSTM',
  opset: 14,
  inputs: [noise(1, 5, 2, 3), noise(2, 1, 16, 3), noise(3, 1, 16, 4), noise(4, 1, 32)],
  attributes: { hidden_size: int(4) },
  outputs: 3,
  ...extra,
});

export const recurrent: Rows = {
  LSTM: lstm({}),
  'LSTM 7 with lengths and initial states': lstm({
    opset: 7,
    inputs: [
      ...[noise(1, 5, 2, 3), noise(2, 1, 16, 3), noise(3, 1, 16, 4), noise(4, 1, 32)],
      ...[of('int32', [2], [5, 3]), noise(5, 1, 2, 4), noise(6, 1, 2, 4)],
    ],
  }),
  'LSTM both ways': lstm({
    inputs: [noise(1, 5, 2, 3), noise(2, 2, 16, 3), noise(3, 2, 16, 4), noise(4, 2, 32)],
    attributes: { hidden_size: int(4), direction: text('bidirectional') },
  }),
  'LSTM with peepholes and a clip': lstm({
    inputs: [
      ...[noise(1, 5, 2, 3), noise(2, 1, 16, 3), noise(3, 1, 16, 4), noise(4, 1, 32)],
      ...[null, null, null, noise(7, 1, 12)],
    ],
    attributes: { hidden_size: int(4), clip: { float: 0.7 } },
  }),
  GRU: {
    operator: 'GRU',
    opset: 14,
    inputs: [noise(1, 4, 2, 3), noise(2, 1, 15, 3), noise(3, 1, 15, 5), noise(4, 1, 30)],
    attributes: { hidden_size: int(5) },
    outputs: 2,
  },
  'GRU linear before reset, in reverse': {
    operator: 'GRU',
    opset: 14,
    inputs: [
      noise(1, 4, 2, 3),
      noise(2, 1, 15, 3),
      noise(3, 1, 15, 5),
      noise(4, 1, 30),
      null,
      noise(5, 1, 2, 5),
    ],
    attributes: { hidden_size: int(5), linear_before_reset: int(1), direction: text('reverse') },
    outputs: 2,
  },
  'RNN with another activation': {
    operator: 'RNN',
    opset: 14,
    inputs: [noise(1, 4, 2, 3), noise(2, 1, 5, 3), noise(3, 1, 5, 5)],
    attributes: { hidden_size: int(5), activations: { strings: ['Relu'] } },
    outputs: 2,
  },
};
