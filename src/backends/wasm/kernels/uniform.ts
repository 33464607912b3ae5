/** Philox 4x32-10 (Salmon et al., 2011) in vectors: each lane computes one block of four numbers. */

import { sizeOf } from '../../../graph/shape.js';
import type { UniformKernel } from '../../plan.js';
import { type Func, type I32, i32, type Local } from '../assembler.js';
import { flat, type KernelContext } from '../kernel-context.js';
import { startOf } from '../rows.js';
import { f32x4, i32x4, i64x2, v128 } from '../simd.js';
import { transposed } from '../transpose.js';
import { storeVector, vectorLoop } from '../vector-loop.js';
import { emitInTwoSteps } from './two-steps.js';

const multipliers = [0xd2511f53, 0xcd9e8d57];
const weyl = [0x9e3779b9, 0xbb67ae85];
const rounds = 10;
/** Numbers from four blocks. */
const group = 16;

export function emitUniform(context: KernelContext, kernel: UniformKernel): void {
  const { f } = context;
  const size = sizeOf(kernel.shape);
  if (size === 0) return;
  emitInTwoSteps(context, kernel, (result) => {
    const state = f.hold(flat(startOf(context, kernel.state, [], [])));
    const stride = kernel.state.strides[0] * 4;
    const word = (i: number): I32 => i32.load(i32.add(state, i32.const(i * stride)));
    context.forEachTask({ count: Math.ceil(size / group), cost: 16 * size }, (position) => {
      const block = i32.add(word(2), i32.mul(position, 4));
      const counter = [
        f.hold(i32x4.add(i32x4.splat(block), i32x4.const(0, 1, 2, 3))),
        f.hold(i32x4.const(0)),
        f.hold(i32x4.splat(word(3))),
        f.hold(i32x4.const(0)),
      ];
      emitRounds(f, counter, [word(0), word(1)]);
      const first = f.hold(i32.mul(position, group));
      const rows = transposed(f, counter).map((row) => f.hold(row));
      rows.forEach((row, i) => {
        // The upper 24 bits, so that every number is exact in float32.
        const uniform = f.hold(
          f32x4.mul(f32x4.convertI32x4S(i32x4.shrU(row, 8)), f32x4.const(2 ** -24)),
        );
        const start = f.hold(i32.add(first, i * 4));
        const end = f.hold(i32.min(i32.add(start, 4), i32.const(size)));
        vectorLoop(context, start, end, (at) =>
          storeVector(
            context,
            { base: flat(result), offset: 0, stride: 1 },
            'float32',
            at,
            uniform,
          ),
        );
      });
    });
  });
}

function emitRounds(f: Func, counter: readonly Local<'v128'>[], keys: readonly I32[]): void {
  const key = keys.map((word) => f.hold(i32x4.splat(word)));
  for (let round = 0; round < rounds; round++) {
    const products = [0, 1].map((i) => {
      const multiplier = i32x4.const(multipliers[i] | 0);
      const low = f.hold(i64x2.extmulLowU(counter[2 * i], multiplier));
      const high = f.hold(i64x2.extmulHighU(counter[2 * i], multiplier));
      return {
        low: f.hold(v128.shuffle32(low, high, [0, 2, 4, 6])),
        high: f.hold(v128.shuffle32(low, high, [1, 3, 5, 7])),
      };
    });
    const next = [
      v128.xor(v128.xor(products[1].high, counter[1]), key[0]),
      products[1].low,
      v128.xor(v128.xor(products[0].high, counter[3]), key[1]),
      products[0].low,
    ].map((word) => f.hold(word));
    next.forEach((word, i) => {
      f.set(counter[i], word);
    });
    key.forEach((word, i) => {
      f.set(word, i32x4.add(word, i32x4.const(weyl[i] | 0)));
    });
  }
}
