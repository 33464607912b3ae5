/** ONNX's Attention and RotaryEmbedding, which vision transformers are exported with. */

import { ShapeError, ValueError } from '../../../graph/errors.js';
import { formatShape } from '../../../graph/shape.js';
import type { Tensor } from '../../../graph/tensor.js';
import { concatenate } from '../../../ops/concatenate.js';
import { add, cast, greater, iota, mul, sub, tanh, where } from '../../../ops/elementwise.js';
import { indexSelect } from '../../../ops/gather.js';
import { matmul } from '../../../ops/matmul.js';
import { softmax } from '../../../ops/reduction.js';
import { expand, permute, reshape, slice, transpose } from '../../../ops/view.js';
import type { OperatorNode, OperatorTable } from '../operator.js';
import { Value } from '../value.js';

/** [N, T, heads size] to [N, heads, T, size]; what has four dimensions is so already. */
function headsOf(x: Tensor, heads: number, what: string): Tensor {
  if (x.rank === 4) return x;
  const [batch, length, width] = x.shape;
  if (x.rank !== 3 || !(heads >= 1) || width % heads !== 0) {
    throw new ShapeError(
      `${what} is ${formatShape(x.shape)} for ${heads} heads; expected [N, heads, T, size] or ` +
        `[N, T, heads * size]`,
    );
  }
  return permute(reshape(x, [batch, length, heads, width / heads]), [0, 2, 1, 3]);
}

/** Each head of keys or values for as many heads of queries as share it. */
function shared(x: Tensor, heads: number): Tensor {
  const [batch, own, length, size] = x.shape;
  if (own === heads) return x;
  const times = heads / own;
  const apart = expand(reshape(x, [batch, own, 1, length, size]), [
    batch,
    own,
    times,
    length,
    size,
  ]);
  return reshape(apart, [batch, heads, length, size]);
}

/** softmax(scale Q K' + mask) V (Vaswani et al. 2017), with the keys and values of earlier calls in front. */
function attention(node: OperatorNode): (Value | undefined)[] {
  const { tensor: q, type } = node.input(0);
  const { attributes } = node;
  const heads = attributes.int('q_num_heads', 0);
  const ownHeads = attributes.int('kv_num_heads', 0);
  const queries = headsOf(q, heads, 'Q');
  const past = [node.optional(4)?.tensor, node.optional(5)?.tensor];
  const [keys, values] = [1, 2].map((place, i) => {
    const own = headsOf(node.tensor(place), ownHeads, i === 0 ? 'K' : 'V');
    const before = past[i];
    return before ? concatenate([before, own], 2) : own;
  });
  const [, queryHeads, length, size] = queries.shape;
  const scale = attributes.has('scale') ? attributes.float('scale') : 1 / Math.sqrt(size);
  attributes.int('softmax_precision', 1);
  const products = mul(matmul(queries, transpose(shared(keys, queryHeads))), scale);
  const total = keys.shape[2];
  const masked = withMask(node, products, total - length);
  const cap = attributes.float('softcap', 0);
  const capped = (x: Tensor) => (cap > 0 ? mul(tanh(mul(x, 1 / cap)), cap) : x);
  // In the order of the specification: the cap works on what the mask has left.
  const scores = capped(masked);
  const weights = softmax(scores, -1);
  const y = matmul(weights, shared(values, queryHeads));
  const flat = q.rank === 4 ? y : permute(y, [0, 2, 1, 3]);
  const outer =
    q.rank === 4 ? y : reshape(flat, [q.shape[0], length, flat.shape[2] * flat.shape[3]]);
  const mode = attributes.int('qk_matmul_output_mode', 0);
  const seen = [products, masked, scores, weights][mode];
  if (!seen) throw new ValueError(`attribute 'qk_matmul_output_mode' is ${mode}; expected 0 to 3`);
  return [outer, keys, values, seen].map((one) => Value.computed(one, type));
}

/** Products with what may not be seen at -Infinity, and what a mask of floats adds. */
function withMask(node: OperatorNode, products: Tensor, before: number): Tensor {
  const mask = node.optional(3);
  let masked = products;
  if (mask) {
    const total = products.shape[products.rank - 1];
    const own = mask.shape[mask.rank - 1];
    const seen = own > total ? lastCut(mask.tensor, total) : mask.tensor;
    masked =
      mask.type === 'bool'
        ? where(seen, products, Number.NEGATIVE_INFINITY)
        : add(products, cast(seen, 'float32'));
  }
  if (node.opset >= 24 && node.optional(6)) {
    throw new ValueError('input 6, the lengths of padded keys, is not supported; give a mask');
  }
  if (!node.attributes.flag('is_causal', false)) return masked;
  const [rows, columns] = products.shape.slice(-2);
  const at = (dim: number) => iota([rows, columns], dim);
  const isAhead = greater(at(1), add(at(0), before));
  return where(isAhead, Number.NEGATIVE_INFINITY, masked);
}

function lastCut(x: Tensor, length: number): Tensor {
  const end = x.shape.map((extent, dim) => (dim === x.rank - 1 ? length : extent));
  return slice(x, { start: x.shape.map(() => 0), end });
}

/** Pairs of elements turned by angles that depend on the place (Su et al. 2021). */
function rotate(node: OperatorNode): Value {
  const { tensor: given, type } = node.input(0);
  const isInterleaved = node.attributes.flag('interleaved', false);
  const heads = node.attributes.int('num_heads', 0);
  const x = headsOf(given, heads, 'input 0');
  const [batch, , length, size] = x.shape;
  const width = node.attributes.int('rotary_embedding_dim', 0) || size;
  const half = width / 2;
  const [turned, rest] = [
    slice(x, { start: [0, 0, 0, 0], end: [...x.shape.slice(0, 3), width] }),
    slice(x, { start: [0, 0, 0, width], end: x.shape }),
  ];
  const places = node.optional(3);
  const angles = (place: number): Tensor => {
    const table = node.tensor(place);
    if (!places) return reshape(table, [batch, 1, length, half]);
    const flat = reshape(places.tensor, [places.tensor.size]);
    return reshape(indexSelect(table, { dim: 0, index: flat }), [batch, 1, length, half]);
  };
  const [cosines, sines] = [angles(1), angles(2)];
  const apart = isInterleaved
    ? permute(reshape(turned, [...x.shape.slice(0, 3), half, 2]), [0, 1, 2, 4, 3])
    : reshape(turned, [...x.shape.slice(0, 3), 2, half]);
  const part = (i: number) =>
    reshape(
      slice(apart, { start: [0, 0, 0, i, 0], end: [...apart.shape.slice(0, 3), i + 1, half] }),
      [...x.shape.slice(0, 3), half],
    );
  const [a, b] = [part(0), part(1)];
  const first = sub(mul(cosines, a), mul(sines, b));
  const second = add(mul(sines, a), mul(cosines, b));
  const shape = [...x.shape.slice(0, 3), half, 1];
  const joined = isInterleaved
    ? reshape(concatenate([reshape(first, shape), reshape(second, shape)], 4), turned.shape)
    : concatenate([first, second], 3);
  const y = width === size ? joined : concatenate([joined, rest], 3);
  if (given.rank === 4) return Value.computed(y, type);
  return Value.computed(reshape(permute(y, [0, 2, 1, 3]), given.shape), type);
}

export const attentionOperators: OperatorTable = {
  Attention: attention,
  RotaryEmbedding: { run: rotate, bufferInputs: [1, 2] },
};
