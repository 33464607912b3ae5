/** Decodes the scans of a JPEG file: whole blocks, or the bands and bits of a progressive picture. */

import { BitReader, type FailAt } from './bit-reader.js';
import type { Component, Frame } from './frame.js';
import type { HuffmanTable } from './huffman-table.js';
import { inverseDct } from './inverse-dct.js';

/** A component and the codes that a scan uses for it. */
export interface ScanComponent {
  readonly component: Component;
  readonly dc: HuffmanTable | undefined;
  readonly ac: HuffmanTable | undefined;
  /** Quantisation steps in natural order. */
  readonly steps: Uint16Array;
}

export interface Scan {
  readonly frame: Frame;
  readonly components: readonly ScanComponent[];
  /** The first and last coefficient in zigzag order. */
  readonly first: number;
  readonly last: number;
  /** How many lower bits earlier scans left out, and how many this one does. */
  readonly high: number;
  readonly low: number;
  /** Units between restart markers; 0 for none. */
  readonly restartInterval: number;
}

/** Natural places of the coefficients in zigzag order. */
// biome-ignore format: the table reads as the block lies.
export const zigzag = Uint8Array.of(
  0, 1, 8, 16, 9, 2, 3, 10,
  17, 24, 32, 25, 18, 11, 4, 5,
  12, 19, 26, 33, 40, 48, 41, 34,
  27, 20, 13, 6, 7, 14, 21, 28,
  35, 42, 49, 56, 57, 50, 43, 36,
  29, 22, 15, 23, 30, 37, 44, 51,
  58, 59, 52, 45, 38, 31, 39, 46,
  53, 60, 61, 54, 47, 55, 62, 63,
);

interface ScanState {
  readonly reader: BitReader;
  readonly fail: FailAt;
  /** The last DC coefficient of each component of the scan. */
  readonly predictions: Int32Array;
  /** Blocks that follow without anything new in their band. */
  emptyRun: number;
}

/** Decodes one block of component number `index`, the block at `place` of those stored. */
type DecodeBlock = (index: number, place: number) => void;

/** Decodes the scan whose bits begin at `start`, and returns where its last byte ends. */
export function decodeScan(
  bytes: Uint8Array,
  scan: Scan,
  { start, fail }: { start: number; fail: FailAt },
): number {
  const state: ScanState = {
    reader: new BitReader(bytes, start, fail),
    fail,
    predictions: new Int32Array(scan.components.length),
    emptyRun: 0,
  };
  const decode = blockDecoder(scan, state);
  if (scan.components.length > 1) decodeUnits(scan, state, decode);
  else decodeAlone(scan, state, decode);
  state.reader.check();
  return state.reader.end();
}

/** A scan of several components: unit by unit, each with h x v blocks of every component. */
function decodeUnits(scan: Scan, state: ScanState, decode: DecodeBlock): void {
  const { unitsAcross, unitsDown } = scan.frame;
  let unit = 0;
  for (let row = 0; row < unitsDown; row++) {
    for (let column = 0; column < unitsAcross; column++) {
      restartIfDue(scan, state, unit++);
      for (let index = 0; index < scan.components.length; index++) {
        const { h, v, storedAcross } = scan.components[index].component;
        for (let y = 0; y < v; y++) {
          for (let x = 0; x < h; x++) {
            decode(index, (row * v + y) * storedAcross + column * h + x);
          }
        }
      }
      state.reader.check();
    }
  }
}

/** A scan of one component: its own blocks row by row, without those that only fill units. */
function decodeAlone(scan: Scan, state: ScanState, decode: DecodeBlock): void {
  const { blocksAcross, blocksDown, storedAcross } = scan.components[0].component;
  let unit = 0;
  for (let row = 0; row < blocksDown; row++) {
    for (let column = 0; column < blocksAcross; column++) {
      restartIfDue(scan, state, unit++);
      decode(0, row * storedAcross + column);
      state.reader.check();
    }
  }
}

function restartIfDue({ restartInterval }: Scan, state: ScanState, unit: number): void {
  if (restartInterval === 0 || unit === 0 || unit % restartInterval !== 0) return;
  state.reader.restart((unit / restartInterval - 1) % 8);
  state.predictions.fill(0);
  state.emptyRun = 0;
}

function blockDecoder(scan: Scan, state: ScanState): DecodeBlock {
  if (!scan.frame.progressive) return wholeBlocks(scan, state);
  if (scan.first === 0) return scan.high === 0 ? dcFirst(scan, state) : dcAgain(scan, state);
  return scan.high === 0 ? acFirst(scan, state) : acAgain(scan, state);
}

/** Sequential pictures: a block is complete at once, so its samples are written at once. */
function wholeBlocks({ components }: Scan, state: ScanState): DecodeBlock {
  const { reader, predictions } = state;
  const block = new Int16Array(64);
  return (index, place) => {
    const { component, dc, ac, steps } = components[index];
    block.fill(0);
    predictions[index] += reader.takeSigned(magnitude(dc!.decode(reader), state));
    block[0] = predictions[index];
    for (let k = 1; k < 64; k++) {
      const code = ac!.decode(reader);
      const size = code & 15;
      if (size === 0) {
        if (code !== 0xf0) break;
        k += 15;
        continue;
      }
      k += code >> 4;
      if (k > 63) state.fail('a block has more than 64 coefficients', reader.end());
      block[zigzag[k]] = reader.takeSigned(size);
    }
    inverseDct(block, { from: 0, steps }, targetOf(component, place));
  };
}

/** Writes the samples of a progressive picture, once its scans are decoded. */
export function writeSamples(component: Component, steps: Uint16Array): void {
  const { coefficients, storedAcross, storedDown } = component;
  component.plane = new Uint8Array(coefficients.length);
  for (let place = 0; place < storedAcross * storedDown; place++) {
    inverseDct(coefficients, { from: 64 * place, steps }, targetOf(component, place));
  }
  component.coefficients = new Int16Array(0);
}

function targetOf({ plane, storedAcross }: Component, place: number) {
  const stride = 8 * storedAcross;
  const at = Math.floor(place / storedAcross) * 8 * stride + (place % storedAcross) * 8;
  return { plane, at, stride };
}

function magnitude(code: number, { fail, reader }: ScanState): number {
  return code <= 15 ? code : fail('a coefficient of more than 15 bits', reader.end());
}

function dcFirst({ components, low }: Scan, state: ScanState): DecodeBlock {
  const { reader, predictions } = state;
  return (index, place) => {
    const { component, dc } = components[index];
    predictions[index] += reader.takeSigned(magnitude(dc!.decode(reader), state));
    component.coefficients[64 * place] = predictions[index] << low;
  };
}

function dcAgain({ components, low }: Scan, { reader }: ScanState): DecodeBlock {
  return (index, place) => {
    if (reader.take(1)) components[index].component.coefficients[64 * place] |= 1 << low;
  };
}

function acFirst({ components, first, last, low }: Scan, state: ScanState): DecodeBlock {
  const { reader } = state;
  const { component, ac } = components[0];
  return (_index, place) => {
    if (state.emptyRun > 0) {
      state.emptyRun--;
      return;
    }
    for (let k = first; k <= last; k++) {
      const code = ac!.decode(reader);
      const [run, size] = [code >> 4, code & 15];
      if (size === 0 && run < 15) {
        state.emptyRun = (1 << run) - 1 + (run > 0 ? reader.take(run) : 0);
        return;
      }
      k += run;
      if (k > 63) state.fail('a block has more than 64 coefficients', reader.end());
      if (size > 0) component.coefficients[64 * place + zigzag[k]] = reader.takeSigned(size) << low;
    }
  };
}

/** One more bit of coefficients that are known, and new ones of that size between them (T.81, G.1.2.3). */
function acAgain({ components, first, last, low }: Scan, state: ScanState): DecodeBlock {
  const { reader } = state;
  const { component, ac } = components[0];
  const { coefficients } = component;
  const bit = 1 << low;
  const refine = (at: number): void => {
    if (reader.take(1) && (coefficients[at] & bit) === 0) {
      coefficients[at] += coefficients[at] > 0 ? bit : -bit;
    }
  };
  return (_index, place) => {
    const base = 64 * place;
    let k = first;
    while (state.emptyRun === 0 && k <= last) {
      const code = ac!.decode(reader);
      const [run, size] = [code >> 4, code & 15];
      let value = 0;
      if (size === 0 && run < 15) {
        state.emptyRun = (1 << run) + (run > 0 ? reader.take(run) : 0);
        break;
      }
      if (size > 1) state.fail('a later scan brings more than one bit', reader.end());
      if (size === 1) value = reader.take(1) ? bit : -bit;
      // Coefficients that are still zero are counted, the others refined in passing.
      let zeros = run;
      for (; k <= last; k++) {
        const at = base + zigzag[k];
        if (coefficients[at] !== 0) refine(at);
        else if (zeros-- === 0) break;
      }
      if (value !== 0 && k <= last) coefficients[base + zigzag[k]] = value;
      k++;
    }
    if (state.emptyRun > 0) {
      for (; k <= last; k++) {
        const at = base + zigzag[k];
        if (coefficients[at] !== 0) refine(at);
      }
      state.emptyRun--;
    }
  };
}
