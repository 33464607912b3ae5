/** The 128-bit vector instructions that kernels use, by name. */

import {
  type Func,
  type I32,
  i32,
  instruction,
  memoryArgument,
  signed,
  unsigned,
  type V128,
  type Value,
} from './assembler.js';

const simd = (opcode: number, ...immediates: readonly number[]): number[] => [
  0xfd,
  ...unsigned(opcode),
  ...immediates,
];

const unary =
  (opcode: number) =>
  (a: V128): V128 =>
    instruction('v128', simd(opcode), a);

const binary =
  (opcode: number) =>
  (a: V128, b: V128): V128 =>
    instruction('v128', simd(opcode), a, b);

const shift =
  (opcode: number) =>
  (a: V128, bits: number): V128 =>
    instruction('v128', simd(opcode), a, i32.const(bits));

const littleEndian = (write: (view: DataView) => void): number[] => {
  const bytes = new Uint8Array(16);
  write(new DataView(bytes.buffer));
  return [...bytes];
};

export const v128 = {
  load: (address: I32, offset = 0): V128 =>
    instruction('v128', simd(0, ...memoryArgument(offset)), address),
  load32Splat: (address: I32, offset = 0): V128 =>
    instruction('v128', simd(9, ...memoryArgument(offset)), address),
  load32Zero: (address: I32, offset = 0): V128 =>
    instruction('v128', simd(92, ...memoryArgument(offset)), address),
  load64Zero: (address: I32, offset = 0): V128 =>
    instruction('v128', simd(93, ...memoryArgument(offset)), address),
  load32Lane: (address: I32, vector: V128, lane: number, offset = 0): V128 =>
    instruction('v128', simd(86, ...memoryArgument(offset), lane), address, vector),
  store: (f: Func, address: I32, value: V128, offset = 0): void =>
    f.effect(simd(11, ...memoryArgument(offset)), address, value),
  store32Lane: (f: Func, address: I32, value: V128, lane: number, offset = 0): void =>
    f.effect(simd(90, ...memoryArgument(offset), lane), address, value),
  store64Lane: (f: Func, address: I32, value: V128, lane: number, offset = 0): void =>
    f.effect(simd(91, ...memoryArgument(offset), lane), address, value),
  store8Lane: (f: Func, address: I32, value: V128, lane: number, offset = 0): void =>
    f.effect(simd(88, ...memoryArgument(offset), lane), address, value),
  not: unary(77),
  and: binary(78),
  andnot: binary(79),
  or: binary(80),
  xor: binary(81),
  /** mask ? a : b, bit by bit. */
  bitselect: (a: V128, b: V128, mask: V128): V128 => instruction('v128', simd(82), a, b, mask),
  /** Lanes of 32 bits from the eight lanes of a and b. */
  shuffle32: (a: V128, b: V128, lanes: readonly [number, number, number, number]): V128 =>
    instruction(
      'v128',
      simd(13, ...lanes.flatMap((l) => [l * 4, l * 4 + 1, l * 4 + 2, l * 4 + 3])),
      a,
      b,
    ),
  shuffle8: (a: V128, b: V128, lanes: readonly number[]): V128 =>
    instruction('v128', simd(13, ...lanes), a, b),
};

export const f32x4 = {
  const: (value: number): V128 => ({
    type: 'v128',
    code: simd(
      12,
      ...littleEndian((view) => {
        for (let lane = 0; lane < 4; lane++) view.setFloat32(lane * 4, value, true);
      }),
    ),
  }),
  splat: (a: Value<'f32'>): V128 => instruction('v128', simd(19), a),
  extractLane: (a: V128, lane: number): Value<'f32'> => instruction('f32', simd(31, lane), a),
  eq: binary(65),
  ne: binary(66),
  lt: binary(67),
  gt: binary(68),
  le: binary(69),
  ge: binary(70),
  abs: unary(224),
  neg: unary(225),
  sqrt: unary(227),
  add: binary(228),
  sub: binary(229),
  mul: binary(230),
  div: binary(231),
  min: binary(232),
  max: binary(233),
  /** b < a ? b : a */
  pmin: binary(234),
  /** a < b ? b : a */
  pmax: binary(235),
  floor: unary(104),
  nearest: unary(106),
  convertI32x4S: unary(250),
  demoteF64x2Zero: unary(94),
  relaxedMadd: (a: V128, b: V128, c: V128): V128 => instruction('v128', simd(0x105), a, b, c),
};

export const f64x2 = {
  zero: { type: 'v128', code: simd(12, ...new Array<number>(16).fill(0)) } as V128,
  const: (value: number): V128 => ({
    type: 'v128',
    code: simd(
      12,
      ...littleEndian((view) => {
        for (let lane = 0; lane < 2; lane++) view.setFloat64(lane * 8, value, true);
      }),
    ),
  }),
  eq: binary(71),
  lt: binary(73),
  gt: binary(74),
  ge: binary(76),
  floor: unary(117),
  nearest: unary(148),
  abs: unary(236),
  neg: unary(237),
  add: binary(240),
  sub: binary(241),
  mul: binary(242),
  div: binary(243),
  min: binary(244),
  max: binary(245),
  convertLowI32x4S: unary(254),
  promoteLowF32x4: unary(95),
  extractLane: (a: V128, lane: number): Value<'f64'> => instruction('f64', simd(33, lane), a),
};

export const i32x4 = {
  const: (...lanes: readonly number[]): V128 => ({
    type: 'v128',
    code: simd(
      12,
      ...littleEndian((view) => {
        for (let lane = 0; lane < 4; lane++) {
          view.setInt32(lane * 4, lanes.length === 1 ? lanes[0] : lanes[lane], true);
        }
      }),
    ),
  }),
  splat: (a: I32): V128 => instruction('v128', simd(17), a),
  extractLane: (a: V128, lane: number): I32 => instruction('i32', simd(27, lane), a),
  replaceLane: (a: V128, lane: number, value: I32): V128 =>
    instruction('v128', simd(28, lane), a, value),
  /** The highest bit of each lane, the first lane's lowest. */
  bitmask: (a: V128): I32 => instruction('i32', simd(164), a),
  eq: binary(55),
  ne: binary(56),
  ltS: binary(57),
  gtS: binary(59),
  abs: unary(160),
  neg: unary(161),
  shl: shift(171),
  shrS: shift(172),
  shrU: shift(173),
  add: binary(174),
  sub: binary(177),
  mul: binary(181),
  minS: binary(182),
  maxS: binary(184),
  /** mask ? a : b, where each lane of the mask is all ones or all zeros. */
  relaxedLaneselect: (a: V128, b: V128, mask: V128): V128 =>
    instruction('v128', simd(0x10b), a, b, mask),
  truncSatF32x4S: unary(248),
  truncSatF64x2SZero: unary(252),
};

/** Lanes of 64 bits; extmul: unsigned 32 x 32 -> 64 bit products of the two lower or the two upper lanes. */
export const i64x2 = {
  const: (value: bigint): V128 => ({
    type: 'v128',
    code: simd(
      12,
      ...littleEndian((view) => {
        for (let lane = 0; lane < 2; lane++) view.setBigInt64(lane * 8, value, true);
      }),
    ),
  }),
  shl: shift(203),
  shrU: shift(205),
  extmulLowU: binary(222),
  extmulHighU: binary(223),
};

/** Four bytes in the lowest lane, widened to four unsigned 32-bit lanes. */
export const widenBytes = (a: V128): V128 =>
  instruction('v128', simd(169), instruction('v128', simd(137), a));

export const f64 = {
  add: (a: Value<'f64'>, b: Value<'f64'>): Value<'f64'> => instruction('f64', [0xa0], a, b),
  demote: (a: Value<'f64'>): Value<'f32'> => instruction('f32', [0xb6], a),
};

export const f32 = {
  const: (value: number): Value<'f32'> => {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return { type: 'f32', code: [0x43, ...bytes] };
  },
  load: (address: I32, offset = 0): Value<'f32'> =>
    instruction('f32', [0x2a, ...memoryArgument(offset)], address),
  store: (f: Func, address: I32, value: Value<'f32'>, offset = 0): void =>
    f.effect([0x38, ...memoryArgument(offset)], address, value),
  add: (a: Value<'f32'>, b: Value<'f32'>): Value<'f32'> => instruction('f32', [0x92], a, b),
  mul: (a: Value<'f32'>, b: Value<'f32'>): Value<'f32'> => instruction('f32', [0x94], a, b),
  min: (a: Value<'f32'>, b: Value<'f32'>): Value<'f32'> => instruction('f32', [0x96], a, b),
  max: (a: Value<'f32'>, b: Value<'f32'>): Value<'f32'> => instruction('f32', [0x97], a, b),
};

export const store32 = (f: Func, address: I32, value: I32, offset = 0): void =>
  f.effect([0x36, ...memoryArgument(offset)], address, value);

const atomicArgument = (offset: number): number[] => [2, ...unsigned(offset)];

export const atomic = {
  load: (address: I32, offset = 0): I32 =>
    instruction('i32', [0xfe, 0x10, ...atomicArgument(offset)], address),
  store: (f: Func, address: I32, value: I32, offset = 0): void =>
    f.effect([0xfe, 0x17, ...atomicArgument(offset)], address, value),
  add: (address: I32, value: I32, offset = 0): I32 =>
    instruction('i32', [0xfe, 0x1e, ...atomicArgument(offset)], address, value),
  /** Sleeps while the word still is `expected`, for one second at most. */
  wait: (f: Func, address: I32, expected: I32): void =>
    f.effect([0x42, ...signed(1e9), 0xfe, 0x01, ...atomicArgument(0), 0x1a], address, expected),
  /** Wakes every thread that sleeps on the word. */
  notify: (f: Func, address: I32): void =>
    f.effect([0xfe, 0x00, ...atomicArgument(0), 0x1a], address, i32.const(-1)),
};
