/** Reads JPEG files (ITU-T T.81, baseline and progressive) with the very pixels of libjpeg. */

import { exifOrientation, oriented } from '../exif-orientation.js';
import type { ImagePixels } from '../image-pixels.js';
import { cutOff, damaged, type ImageFile, unsupported } from '../image-problem.js';
import type { FailAt } from './bit-reader.js';
import { colourModel, colourPixels } from './colours.js';
import { type Component, type Frame, readFrame } from './frame.js';
import { HuffmanTable } from './huffman-table.js';
import { decodeScan, type Scan, type ScanComponent, writeSamples, zigzag } from './scan.js';

/** More scans than any encoder writes; each visits the whole picture, so that their number must end. */
const MOST_SCANS = 100;

/** What the segments told so far. */
interface JpegState {
  readonly bytes: Uint8Array;
  readonly file: ImageFile;
  readonly fail: FailAt;
  readonly tables: (Uint16Array | undefined)[];
  readonly dc: (HuffmanTable | undefined)[];
  readonly ac: (HuffmanTable | undefined)[];
  /** The quantisation steps of components that a scan brought something of. */
  readonly steps: Map<Component, Uint16Array>;
  frame: Frame | undefined;
  restartInterval: number;
  scans: number;
  jfif: boolean;
  adobe: number | undefined;
  orientation: number;
}

/** The pixels of a JPEG file, turned as its EXIF data says: grey or RGB; inks become RGB. */
export function decodeJpeg(bytes: Uint8Array, fileName: string): ImagePixels {
  const file: ImageFile = { fileName, kind: 'JPEG' };
  const fail: FailAt = (what, position) => {
    if (position >= bytes.length) throw cutOff(file, what);
    throw damaged(file, `${what}, at byte ${position}`);
  };
  const state: JpegState = {
    bytes,
    file,
    fail,
    tables: [],
    dc: [],
    ac: [],
    steps: new Map(),
    frame: undefined,
    restartInterval: 0,
    scans: 0,
    jfif: false,
    adobe: undefined,
    orientation: 1,
  };
  readSegments(state);
  const { frame, steps } = state;
  if (frame === undefined) throw damaged(file, 'it has no frame header');
  for (const component of frame.components) {
    const used = steps.get(component);
    if (used === undefined) throw damaged(file, `channel ${component.id} has no pixels`);
    if (frame.progressive) writeSamples(component, used);
  }
  return oriented(colourPixels(frame, colourModel(frame, state)), state.orientation);
}

/** Goes from marker to marker until the picture is complete. */
function readSegments(state: JpegState): void {
  const { bytes, file } = state;
  let position = 2;
  for (;;) {
    while (position + 1 < bytes.length && !isMarker(bytes[position], bytes[position + 1])) {
      position++;
    }
    if (position + 1 >= bytes.length) {
      throw cutOff(file, `the file ends after ${bytes.length} bytes without an end mark`);
    }
    const marker = bytes[position + 1];
    if (marker === 0xd9) return;
    position += 2;
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) continue;
    const length = position + 1 < bytes.length ? (bytes[position] << 8) | bytes[position + 1] : 2;
    if (length < 2 || position + length > bytes.length) {
      const name = marker.toString(16).toUpperCase();
      throw cutOff(
        file,
        `segment FF${name} at byte ${position - 2} needs ${length} bytes but only ${
          bytes.length - position
        } follow`,
      );
    }
    const segment = bytes.subarray(position + 2, position + length);
    const at = position - 2;
    position += length;
    if (marker === 0xda) {
      position = readScan(state, segment, { at, start: position });
      if (isComplete(state)) return;
    } else {
      readSegment(state, { marker, segment, at });
    }
  }
}

function isMarker(first: number, second: number): boolean {
  return first === 0xff && second !== 0 && second !== 0xff;
}

/** A sequential picture needs no end mark once each of its channels had a scan. */
function isComplete({ frame, steps }: JpegState): boolean {
  return frame !== undefined && !frame.progressive && steps.size === frame.components.length;
}

interface Segment {
  readonly marker: number;
  readonly segment: Uint8Array;
  readonly at: number;
}

function readSegment(state: JpegState, { marker, segment, at }: Segment): void {
  const { file, bytes } = state;
  if (marker === 0xdb) {
    readQuantisation(state, segment, at);
  } else if (marker === 0xc4) {
    readHuffman(state, segment, at);
  } else if (marker === 0xdd) {
    if (segment.length < 2) throw cutOff(file, `the restart interval at byte ${at} is incomplete`);
    state.restartInterval = (segment[0] << 8) | segment[1];
  } else if (marker === 0xcc) {
    throw unsupported(file, 'is in arithmetic coding', 'Huffman coding');
  } else if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc8) {
    if (state.frame) throw damaged(file, `a second frame header, at byte ${at}`);
    const source = { file, process: marker & 15, fileBytes: bytes.length, at };
    state.frame = readFrame(segment, source);
  } else if (marker === 0xe0) {
    state.jfif ||= startsWith(segment, 'JFIF\0');
  } else if (marker === 0xe1 && startsWith(segment, 'Exif\0\0')) {
    state.orientation = exifOrientation(segment.subarray(6));
  } else if (marker === 0xee && startsWith(segment, 'Adobe') && segment.length >= 12) {
    state.adobe = segment[11];
  }
}

function startsWith(segment: Uint8Array, text: string): boolean {
  return [...text].every((character, i) => segment[i] === character.charCodeAt(0));
}

function readQuantisation(state: JpegState, segment: Uint8Array, at: number): void {
  for (let i = 0; i < segment.length; ) {
    const wide = segment[i] >> 4;
    const number = segment[i] & 15;
    const size = wide ? 128 : 64;
    if (wide > 1 || number > 3) state.fail('an impossible quantisation table', at);
    if (i + 1 + size > segment.length) state.fail('an incomplete quantisation table', at);
    const values = segment.subarray(i + 1, i + 1 + size);
    const table = new Uint16Array(64);
    for (let k = 0; k < 64; k++) {
      table[zigzag[k]] = wide ? (values[2 * k] << 8) | values[2 * k + 1] : values[k];
    }
    state.tables[number] = table;
    i += 1 + size;
  }
}

function readHuffman(state: JpegState, segment: Uint8Array, at: number): void {
  for (let i = 0; i < segment.length; ) {
    const kind = segment[i] >> 4;
    const number = segment[i] & 15;
    if (kind > 1 || number > 3) state.fail('an impossible Huffman table', at);
    const counts = segment.subarray(i + 1, i + 17);
    const total = counts.reduce((sum, count) => sum + count, 0);
    if (counts.length < 16 || total > 256 || i + 17 + total > segment.length) {
      state.fail('an incomplete Huffman table', at);
    }
    // The copy keeps no view of the file alive.
    const values = segment.slice(i + 17, i + 17 + total);
    (kind === 0 ? state.dc : state.ac)[number] = new HuffmanTable(counts, values, {
      fail: state.fail,
      at,
    });
    i += 17 + total;
  }
}

function readScan(
  state: JpegState,
  segment: Uint8Array,
  { at, start }: { at: number; start: number },
): number {
  const { frame, fail, bytes } = state;
  if (frame === undefined) return fail('a scan before the frame header', at);
  if (++state.scans > MOST_SCANS) fail(`more than ${MOST_SCANS} scans`, at);
  const count = segment[0];
  if (count < 1 || count > 4 || segment.length !== 4 + 2 * count) {
    fail('an impossible scan header', at);
  }
  const [first, last, bits] = segment.subarray(1 + 2 * count);
  const [high, low] = [bits >> 4, bits & 15];
  const components = Array.from({ length: count }, (_, i): ScanComponent => {
    const [id, codes] = segment.subarray(1 + 2 * i);
    const component = frame.components.find((one) => one.id === id);
    if (component === undefined) return fail(`a scan of channel ${id}, which is not there`, at);
    const steps = state.steps.get(component) ?? state.tables[component.table];
    if (steps === undefined) return fail(`no quantisation table ${component.table}`, at);
    state.steps.set(component, steps);
    return { component, steps, dc: state.dc[codes >> 4], ac: state.ac[codes & 15] };
  });
  if (new Set(components.map(({ component }) => component)).size < count) {
    fail('a scan with one channel twice', at);
  }
  const scan: Scan = {
    ...{ frame, components, restartInterval: state.restartInterval },
    ...(frame.progressive ? { first, last, high, low } : { first: 0, last: 63, high: 0, low: 0 }),
  };
  checkScan(scan, fail, at);
  return decodeScan(bytes, scan, { start, fail });
}

function checkScan({ frame, components, first, last, high, low }: Scan, fail: FailAt, at: number) {
  const blocks = components.reduce((sum, { component: { h, v } }) => sum + h * v, 0);
  if (components.length > 1 && blocks > 10) fail('more than 10 blocks in a unit', at);
  if (frame.progressive) {
    const bandFits =
      first === 0 ? last === 0 : last >= first && last < 64 && components.length === 1;
    const bitsFit = low <= 13 && (high === 0 || high === low + 1);
    if (!bandFits || !bitsFit) fail('an impossible step of a progressive picture', at);
  }
  const needsDc = first === 0 && high === 0;
  const needsAc = last > 0;
  for (const { dc, ac } of components) {
    if ((needsDc && !dc) || (needsAc && !ac)) fail('a Huffman table is missing', at);
  }
}
