/**
 * The inverse cosine transform of 8 x 8 coefficients in integers, bit for bit that of libjpeg's accurate
 * method: C. Loeffler, A. Ligtenberg, G. Moschytz, "Practical fast 1-D DCT algorithms with 11
 * multiplications", 1989, with 13 bits of fraction and 2 more between the passes.
 */

const FRACTION = 13;
const BETWEEN = 2;

/** Products of cosines, times 2^13. */
const [C0298, C0390, C0541, C0765, C0899, C1175] = [2446, 3196, 4433, 6270, 7373, 9633];
const [C1501, C1847, C1961, C2053, C2562, C3072] = [12299, 15137, 16069, 16819, 20995, 25172];

const work = new Int32Array(64);

export interface BlockTarget {
  readonly plane: Uint8Array;
  /** Of the block's first sample. */
  readonly at: number;
  readonly stride: number;
}

/** Multiplies 64 coefficients from `from` on with their steps, and writes the samples of the block. */
export function inverseDct(
  coefficients: Int16Array,
  { from, steps }: { from: number; steps: Uint16Array },
  { plane, at, stride }: BlockTarget,
): void {
  let flat = true;
  for (let i = 0; i < 64; i++) {
    const value = Math.imul(coefficients[from + i], steps[i]);
    work[i] = value;
    if (value !== 0 && i > 0) flat = false;
  }
  if (flat) {
    const level = limited(((work[0] + 4) >> 3) + 128);
    for (let y = 0; y < 8; y++) plane.fill(level, at + y * stride, at + y * stride + 8);
    return;
  }
  for (let x = 0; x < 8; x++) transform(x, 8, FRACTION - BETWEEN);
  for (let y = 0; y < 8; y++) {
    transform(8 * y, 1, FRACTION + BETWEEN + 3);
    const row = at + y * stride;
    for (let x = 0; x < 8; x++) plane[row + x] = limited(work[8 * y + x] + 128);
  }
}

function limited(value: number): number {
  return Math.max(0, Math.min(value, 255));
}

/** Eight numbers of `work`, `step` apart, in place; the results lose `shift` bits. */
function transform(at: number, step: number, shift: number): void {
  const [i1, i2, i3, i4] = [at + step, at + 2 * step, at + 3 * step, at + 4 * step];
  const [i5, i6, i7] = [at + 5 * step, at + 6 * step, at + 7 * step];

  const shared = Math.imul(work[i2] + work[i6], C0541);
  const low = shared - Math.imul(work[i6], C1847);
  const high = shared + Math.imul(work[i2], C0765);
  const sum = (work[at] + work[i4]) << FRACTION;
  const difference = (work[at] - work[i4]) << FRACTION;
  const even0 = sum + high;
  const even3 = sum - high;
  const even1 = difference + low;
  const even2 = difference - low;

  const [o7, o5, o3, o1] = [work[i7], work[i5], work[i3], work[i1]];
  const turned = Math.imul(o7 + o3 + o5 + o1, C1175);
  const z1 = Math.imul(o7 + o1, -C0899);
  const z2 = Math.imul(o5 + o3, -C2562);
  const z3 = Math.imul(o7 + o3, -C1961) + turned;
  const z4 = Math.imul(o5 + o1, -C0390) + turned;
  const odd3 = Math.imul(o7, C0298) + z1 + z3;
  const odd2 = Math.imul(o5, C2053) + z2 + z4;
  const odd1 = Math.imul(o3, C3072) + z2 + z3;
  const odd0 = Math.imul(o1, C1501) + z1 + z4;

  const half = 1 << (shift - 1);
  work[at] = (even0 + odd0 + half) >> shift;
  work[i7] = (even0 - odd0 + half) >> shift;
  work[i1] = (even1 + odd1 + half) >> shift;
  work[i6] = (even1 - odd1 + half) >> shift;
  work[i2] = (even2 + odd2 + half) >> shift;
  work[i5] = (even2 - odd2 + half) >> shift;
  work[i3] = (even3 + odd3 + half) >> shift;
  work[i4] = (even3 - odd3 + half) >> shift;
}
