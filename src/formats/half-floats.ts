/** Numbers of 16 bits as files hold them, made float32. */

/** IEEE 754 binary16: 1 sign, 5 exponent (bias 15) and 10 fraction bits. */
export function fromHalf(bits: Uint16Array): Float32Array {
  const data = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) {
    const sign = bits[i] & 0x8000 ? -1 : 1;
    const exponent = (bits[i] >> 10) & 0x1f;
    const fraction = bits[i] & 0x3ff;
    if (exponent === 0x1f) data[i] = fraction === 0 ? sign * Infinity : NaN;
    else if (exponent === 0) data[i] = sign * fraction * 2 ** -24;
    else data[i] = sign * (1024 + fraction) * 2 ** (exponent - 25);
  }
  return data;
}

/** bfloat16: the upper half of a float32. */
export function fromBrainHalf(bits: Uint16Array): Float32Array {
  const words = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) words[i] = bits[i] << 16;
  return new Float32Array(words.buffer);
}
