/** Argsort: the columns of each row in the order of their values, by a radix sort; threads share rows. */

import { bytesPerElement } from '../../../graph/dtype.js';
import type { ArgsortKernel } from '../../plan.js';
import { type I32, i32 } from '../assembler.js';
import { flat, type KernelContext } from '../kernel-context.js';
import { startOf } from '../rows.js';
import { store32 } from '../simd.js';
import { emitRowByRow } from './two-steps.js';

const digits = [0, 1, 2, 3];
const digitValues = 256;

/**
 * Keys that are in order as unsigned numbers are sorted by one byte after the other, the lowest first.
 * Each pass keeps the order of what has equal bytes, so that the whole is stable.
 */
export function emitArgsort(context: KernelContext, kernel: ArgsortKernel): void {
  const { f } = context;
  const { source } = kernel;
  const [, extent] = kernel.shape;
  const counts = flat(context.localScratch(digits.length * digitValues * 4));
  const keys = [0, 1].map(() => flat(context.localScratch(extent * 4)));
  const spare = flat(context.localScratch(extent * 4));
  const i = f.local('i32');
  emitRowByRow(context, kernel, (row, result) => {
    const columns = [result, f.hold(spare)];
    const held = keys.map((address) => f.hold(address));
    const histogram = f.hold(counts);
    const at = (array: I32, index: I32): I32 => i32.add(array, i32.mul(index, 4));
    const countOf = (digit: number, key: I32): I32 => {
      const byte = i32.and(i32.shrU(key, digit * 8), digitValues - 1);
      return at(i32.add(histogram, digit * digitValues * 4), byte);
    };

    f.for(i, 0, digits.length * digitValues, 1, () => store32(f, at(histogram, i), i32.const(0)));
    const value = f.hold(flat(startOf(context, source, source.strides, [row])));
    f.for(i, 0, extent, 1, () => {
      const key = f.hold(keyOf(context, kernel, f.hold(i32.load(value))));
      store32(f, at(held[0], i), key);
      store32(f, at(columns[0], i), i);
      for (const digit of digits) {
        const count = f.hold(countOf(digit, key));
        store32(f, count, i32.add(i32.load(count), 1));
      }
      f.set(value, i32.add(value, source.strides[1] * bytesPerElement[source.buffer.dtype]));
    });

    for (const digit of digits) {
      const [from, to] = digit % 2 === 0 ? [0, 1] : [1, 0];
      const before = f.hold(i32.const(0));
      const first = digit * digitValues;
      f.for(i, first, first + digitValues, 1, () => {
        const count = f.hold(i32.load(at(histogram, i)));
        store32(f, at(histogram, i), before);
        f.set(before, i32.add(before, count));
      });
      f.for(i, 0, extent, 1, () => {
        const key = f.hold(i32.load(at(held[from], i)));
        const count = f.hold(countOf(digit, key));
        const place = f.hold(i32.load(count));
        store32(f, at(held[to], place), key);
        store32(f, at(columns[to], place), i32.load(at(columns[from], i)));
        store32(f, count, i32.add(place, 1));
      });
    }
  });
}

const signBit = -(2 ** 31);

/** The bits of a value as an unsigned number in the same order; -0 as 0, NaN above all. */
function keyOf({ f }: KernelContext, { source, descending }: ArgsortKernel, bits: I32): I32 {
  let ordered = bits;
  if (source.buffer.dtype === 'float32') {
    // The more negative a float, the larger its other bits.
    const negative = i32.ltS(bits, 0);
    const flipped = i32.select(negative, i32.xor(bits, 0x7fffffff), bits);
    const size = f.hold(i32.and(bits, 0x7fffffff));
    const orZero = i32.select(size, flipped, i32.const(0));
    ordered = i32.select(i32.gtS(size, 0x7f800000), i32.const(0x7fffffff), orZero);
  }
  return i32.xor(ordered, descending ? ~signBit : signBit);
}
