/** Numbers that every language can make: the same data for all engines, without sending any. */

const spread = Math.sqrt(3);

/** Even values between -√3 and √3 (mean 0, variance 1); bench/peers/pytorch/hashed_data.py makes the same. */
export function hashedValues(length: number, seed: number): Float32Array {
  // A plain loop: the networks of `inference` have up to 138 million weights.
  const values = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    values[i] = ((hash(i, seed) >>> 8) / 2 ** 24) * (2 * spread) - spread;
  }
  return values;
}

/** Values from 0 to 1, such as pixels. */
export const hashedPixels = (length: number, seed: number): Float32Array =>
  hashedValues(length, seed).map((value) => Math.abs(value) / spread);

/** Class labels from 0 to `classes - 1`. */
export const hashedLabels = (length: number, classes: number, seed: number): Int32Array =>
  Int32Array.from({ length }, (_, i) => hash(i, seed) % classes);

/** 32 bits that look random: the finalizer of MurmurHash3 (Appleby 2011). */
function hash(index: number, seed: number): number {
  let bits = index + Math.imul(seed, 0x9e3779b9);
  bits ^= bits >>> 16;
  bits = Math.imul(bits, 0x85ebca6b);
  bits ^= bits >>> 13;
  bits = Math.imul(bits, 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
