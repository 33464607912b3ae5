/** Numbers of 16 bits as files hold them, made float32. */

/** Every half by its bits: looking them up is faster than taking them apart. */
let halves: Float32Array | undefined;

/** IEEE 754 binary16: 1 sign, 5 exponent (bias 15) and 10 fraction bits. */
export function fromHalf(bits: Uint16Array): Float32Array {
  halves ??= Float32Array.from({ length: 65536 }, (_, half) => decodedHalf(half));
  const data = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) data[i] = halves[bits[i]];
  return data;
}

function decodedHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** bfloat16: the upper half of a float32. */
export function fromBrainHalf(bits: Uint16Array): Float32Array {
  const words = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) words[i] = bits[i] << 16;
  return new Float32Array(words.buffer);
}
