/** ONNX attention and rotary embedding. */

import { int, noise, of, type Rows } from './row.js';

export const attention: Rows = {
  'Attention of heads': {
    operator: 'Attention',
    opset: 23,
    inputs: [noise(1, 2, 3, 4, 8), noise(2, 2, 3, 6, 8), noise(3, 2, 3, 6, 5)],
  },
  'Attention of rows, causal': {
    operator: 'Attention',
    opset: 23,
    inputs: [noise(1, 2, 4, 12), noise(2, 2, 4, 12), noise(3, 2, 4, 12)],
    attributes: { q_num_heads: int(3), kv_num_heads: int(3), is_causal: int(1) },
  },
  'Attention with fewer heads of keys, a scale and a mask': {
    operator: 'Attention',
    opset: 23,
    inputs: [noise(1, 1, 4, 3, 8), noise(2, 1, 2, 5, 8), noise(3, 1, 2, 5, 8), noise(4, 3, 5)],
    attributes: { scale: { float: 0.3 } },
  },
  'Attention with a mask of bools and a cap': {
    operator: 'Attention',
    opset: 23,
    inputs: [
      ...[noise(1, 1, 2, 2, 4), noise(2, 1, 2, 3, 4), noise(3, 1, 2, 3, 4)],
      of('bool', [2, 3], [1, 0, 1, 1, 1, 0]),
    ],
  },
  'Attention with past keys': {
    operator: 'Attention',
    opset: 23,
    inputs: [
      ...[noise(1, 1, 2, 2, 4), noise(2, 1, 2, 2, 4), noise(3, 1, 2, 2, 4)],
      ...[null, noise(4, 1, 2, 3, 4), noise(5, 1, 2, 3, 4)],
    ],
    attributes: { softcap: { float: 1.5 } },
    outputs: 3,
  },
  RotaryEmbedding: {
    operator: 'RotaryEmbedding',
    opset: 23,
    inputs: [
      noise(1, 2, 3, 4, 8),
      noise(2, 10, 4),
      noise(3, 10, 4),
      of('int64', [2, 4], [0, 1, 2, 3, 9, 8, 7, 6]),
    ],
  },
  'RotaryEmbedding of interleaved pairs, in part': {
    operator: 'RotaryEmbedding',
    opset: 23,
    inputs: [noise(1, 2, 4, 24), noise(2, 2, 4, 2), noise(3, 2, 4, 2)],
    attributes: { num_heads: int(3), rotary_embedding_dim: int(4), interleaved: int(1) },
  },
};
