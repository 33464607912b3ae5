/** Floating-point numbers of 8 bits as files hold them, made float32. */

/** The layouts, as safetensors calls them: bits of exponent and fraction, `FN` and `UZ` as in the table. */
export type Float8 = keyof typeof layouts;

interface Layout {
  readonly fractionBits: number;
  readonly bias: number;
  /** What a byte stands for that is no usual number. */
  readonly special: (byte: number) => number | undefined;
}

/** Without infinities, and with one zero: minus zero is the only NaN. */
const oneNaN = (byte: number) => (byte === 0x80 ? Number.NaN : undefined);

const layouts = {
  // OCP's E4M3 ("FN"): no infinities, a NaN of each sign; Micikevicius et al., "FP8 formats" (2022).
  F8_E4M3: {
    fractionBits: 3,
    bias: 7,
    special: (byte) => ((byte & 0x7f) === 0x7f ? Number.NaN : undefined),
  },
  // As IEEE 754 would have it.
  F8_E5M2: {
    fractionBits: 2,
    bias: 15,
    special: (byte) => {
      if ((byte & 0x7c) !== 0x7c) return undefined;
      if ((byte & 3) !== 0) return Number.NaN;
      return byte & 0x80 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
    },
  },
  F8_E4M3FNUZ: { fractionBits: 3, bias: 8, special: oneNaN },
  F8_E5M2FNUZ: { fractionBits: 2, bias: 16, special: oneNaN },
  // A power of two for the scale of a block: all exponent, no sign (OCP MX 1.0).
  F8_E8M0: {
    fractionBits: 0,
    bias: 127,
    special: (byte) => (byte === 0xff ? Number.NaN : 2 ** (byte - 127)),
  },
} as const satisfies Record<string, Layout>;

const tables = new Map<Float8, Float32Array>();

/** The numbers that `bytes` stand for. */
export function fromFloat8(bytes: Uint8Array, layout: Float8): Float32Array {
  let table = tables.get(layout);
  if (!table) {
    table = Float32Array.from({ length: 256 }, (_, byte) => decoded(byte, layouts[layout]));
    tables.set(layout, table);
  }
  const data = new Float32Array(bytes.length);
  for (let i = 0; i < data.length; i++) data[i] = table[bytes[i]];
  return data;
}

function decoded(byte: number, { fractionBits, bias, special }: Layout): number {
  const other = special(byte);
  if (other !== undefined) return other;
  const sign = byte & 0x80 ? -1 : 1;
  const exponent = (byte & 0x7f) >> fractionBits;
  const fraction = byte & (2 ** fractionBits - 1);
  // The smallest exponent has no hidden one in front of its fraction.
  const significand = exponent === 0 ? fraction : fraction + 2 ** fractionBits;
  return sign * significand * 2 ** (Math.max(exponent, 1) - bias - fractionBits);
}
