/** Reads IDX, the file format of MNIST: a magic number, big-endian extents, then raw bytes, perhaps in gzip. */

import { DataError, type ImageDataset } from './dataset.js';

/** The content of an IDX file of unsigned bytes. */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

export interface IdxOptions {
  /** The file's name, for error messages. */
  readonly file?: string;
  /** The most bytes that the file may hold after decompression. Default: 1 GiB. */
  readonly maxBytes?: number;
}

const DTYPES: Readonly<Record<number, string>> = {
  8: 'uint8',
  9: 'int8',
  11: 'int16',
  12: 'int32',
  13: 'float32',
  14: 'float64',
};
const DEFAULT_MAX_BYTES = 2 ** 30;
/** Deflate cannot pack more than 1032 bytes into one (zlib's technical details). */
const MAX_DEFLATE_RATIO = 1032;
const GET_AGAIN = 'get the file again from its source';

/** Whether the bytes begin as a gzip file does. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * Parses an uncompressed IDX file of unsigned bytes; the data is a view, not a copy.
 *
 * Throws DataError when the magic number, the dtype, the extents or the length is wrong.
 *
 *     parseIdx(bytes, { file: 't10k-labels-idx1-ubyte' }).shape // [10000]
 */
export function parseIdx(bytes: Uint8Array, options: IdxOptions = {}): IdxArray {
  const file = options.file ?? 'IDX data';
  const header = parseHeader(bytes, file, options.maxBytes ?? DEFAULT_MAX_BYTES);
  if (header === undefined) {
    throw new DataError(
      `${file}: the file ends within its header, after ${bytes.length} bytes; ${GET_AGAIN}`,
    );
  }
  const found = bytes.length - header.length;
  const expected = header.total - header.length;
  const extents = formatExtents(header.shape);
  if (found < expected) {
    throw new DataError(
      `${file}: the file is truncated: its header promises ${extents} = ${expected} bytes, ` +
        `but only ${found} follow; ${GET_AGAIN}`,
    );
  }
  if (found > expected) {
    throw new DataError(
      `${file}: ${found - expected} bytes too many: its header promises ${extents} = ` +
        `${expected} bytes, but ${found} follow; ${GET_AGAIN}`,
    );
  }
  return { shape: header.shape, data: bytes.subarray(header.length) };
}

/**
 * Parses an IDX file, plain or gzip (told apart by its first two bytes).
 *
 * Never holds more than the header promises, nor more than `maxBytes`, whatever the gzip stream
 * would expand to. Throws DataError as `parseIdx` does, and when the gzip stream is damaged.
 *
 *     const { shape, data } = await readIdx(await readFile(path), { file: path });
 */
export async function readIdx(bytes: Uint8Array, options: IdxOptions = {}): Promise<IdxArray> {
  return parseIdx(await decompressIdx(bytes, options), options);
}

/** The bytes of an IDX file out of gzip, or as they are when they are not in gzip. */
export async function decompressIdx(
  bytes: Uint8Array,
  options: IdxOptions = {},
): Promise<Uint8Array> {
  return isGzip(bytes) ? gunzipIdx(bytes, options) : bytes;
}

export interface IdxDatasetOptions {
  readonly name: string;
  readonly classes: readonly string[];
  readonly images: IdxArray;
  readonly labels: IdxArray;
  /** The files' names, for error messages. */
  readonly imagesFile?: string;
  readonly labelsFile?: string;
}

/**
 * Puts images [N, H, W] or [N, C, H, W] and labels [N] together.
 *
 * Throws DataError when the ranks or counts do not fit, or a label has no class.
 */
export function datasetFromIdx(options: IdxDatasetOptions): ImageDataset {
  const { name, classes, images, labels } = options;
  const imagesFile = options.imagesFile ?? `${name} images`;
  const labelsFile = options.labelsFile ?? `${name} labels`;
  const rank = images.shape.length;
  if (rank !== 3 && rank !== 4) {
    throw new DataError(
      `${imagesFile}: expected images [N, H, W] or [N, C, H, W], ` +
        `found ${formatExtents(images.shape)}; check that it is the images file`,
    );
  }
  if (labels.shape.length !== 1) {
    throw new DataError(
      `${labelsFile}: expected labels [N], found ${formatExtents(labels.shape)}; ` +
        'check that it is the labels file',
    );
  }
  const [length, ...picture] = images.shape;
  const [channels, height, width] = rank === 4 ? picture : [1, ...picture];
  if (length !== labels.shape[0]) {
    throw new DataError(
      `${imagesFile} holds ${length} images, but ${labelsFile} holds ${labels.shape[0]} labels; ` +
        'take both files from the same set',
    );
  }
  if (length * channels * height * width === 0) {
    throw new DataError(
      `${imagesFile}: ${formatExtents(images.shape)} holds no pixels; ${GET_AGAIN}`,
    );
  }
  for (let i = 0; i < length; i++) {
    if (labels.data[i] >= classes.length) {
      throw new DataError(
        `${labelsFile}: label ${i} is ${labels.data[i]}, but ${name} has ${classes.length} ` +
          `classes, so 0 to ${classes.length - 1} is allowed; use the labels of ${name}`,
      );
    }
  }
  const shape = [channels, height, width] as const;
  return { name, classes, images: images.data, labels: labels.data, shape, length };
}

interface IdxHeader {
  readonly shape: readonly number[];
  /** Bytes of the header itself. */
  readonly length: number;
  /** Bytes of header and data together. */
  readonly total: number;
}

/** The header, or undefined when the bytes end before it does; throws when it is no IDX header. */
function parseHeader(bytes: Uint8Array, file: string, maxBytes: number): IdxHeader | undefined {
  for (let i = 0; i < Math.min(2, bytes.length); i++) {
    if (bytes[i] !== 0) throw notIdx(bytes, file);
  }
  if (bytes.length < 4) return undefined;
  const dtype = DTYPES[bytes[2]];
  const rank = bytes[3];
  if (dtype === undefined || rank === 0) throw notIdx(bytes, file);
  if (dtype !== 'uint8') {
    throw new DataError(
      `${file}: the file holds ${dtype}; expected uint8 (type code 8), so convert it to bytes`,
    );
  }
  const length = 4 + 4 * rank;
  if (bytes.length < length) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  const shape = Array.from({ length: rank }, (_, dim) => view.getUint32(4 + 4 * dim));
  const total = length + shape.reduce((product, extent) => product * extent, 1);
  if (total > maxBytes) {
    throw new DataError(
      `${file}: its header promises ${formatExtents(shape)}, ${total} bytes in all, ` +
        `more than the ${maxBytes} allowed; ${GET_AGAIN}, or raise maxBytes if that is its true size`,
    );
  }
  return { shape, length, total };
}

function notIdx(bytes: Uint8Array, file: string): DataError {
  const begin = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0'));
  return new DataError(
    `${file}: not an IDX file: it begins with ${begin.join(' ')}, expected 00 00 08 and the ` +
      `number of dimensions; ${GET_AGAIN}`,
  );
}

/** Decompresses as much as the IDX header inside promises; fails as soon as there is more. */
async function gunzipIdx(bytes: Uint8Array, options: IdxOptions): Promise<Uint8Array> {
  const file = options.file ?? 'IDX data';
  const maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
  let header: IdxHeader | undefined;
  let out = new Uint8Array(0);
  let length = 0;
  // The copy satisfies Blob, which takes no bytes over shared memory.
  const stream = new Blob([new Uint8Array(bytes)]).stream();
  const reader = stream.pipeThrough(new DecompressionStream('gzip')).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return out.subarray(0, length);
      if (header === undefined) {
        out = concatenate(out.subarray(0, length), value);
        length = out.length;
        header = parseHeader(out, file, maxBytes);
        if (header === undefined) continue;
        if (header.total > MAX_DEFLATE_RATIO * bytes.length) {
          throw new DataError(
            `${file}: the file is truncated: its header promises ${formatExtents(header.shape)} = ` +
              `${header.total - header.length} bytes, but ${bytes.length} bytes of gzip cannot ` +
              `hold so many; ${GET_AGAIN}`,
          );
        }
        if (length <= header.total) out = concatenate(out, new Uint8Array(header.total - length));
      } else {
        if (length + value.length <= header.total) out.set(value, length);
        length += value.length;
      }
      if (length > header.total) {
        throw new DataError(
          `${file}: the gzip stream holds more than the ${header.total} bytes that the header ` +
            `${formatExtents(header.shape)} inside promises; ${GET_AGAIN}`,
        );
      }
    }
  } catch (error) {
    // Stops the decompressor; it may have failed already, which is no news.
    reader.cancel().catch(() => {});
    if (error instanceof DataError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new DataError(
      `${file}: the gzip stream is damaged or cut short (${reason}) after ${length} bytes of ` +
        `content; ${GET_AGAIN}`,
      { cause: error },
    );
  }
}

function concatenate(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function formatExtents(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}
