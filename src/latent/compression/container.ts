/** The compressed file: what stands around the stream of codes, and how it is read from strangers. */

import { crc32 } from '../../formats/crc32.js';
import { FormatError } from '../../formats/format-error.js';
import { ByteReader, ByteWriter } from './byte-parts.js';
import type { StepBase } from './code-steps.js';
import {
  type CodeStream,
  decodeStream,
  encodeStream,
  LARGEST_SPREAD,
  spreadOf,
} from './code-stream.js';
import type { Codec } from './step-choice.js';

/** What is in a file, beside what its run tells. */
export interface CodeFile extends CodeStream {
  readonly base: StepBase;
}

/** What a run tells of its files. */
export type CodecFacts = Pick<Codec, 'folder' | 'latent' | 'shape' | 'numClasses' | 'modelHash'>;

const MAGIC = [0xf0, 0x66, 0x7a];
const VERSION = 1;
const HAS_NAMES = 1;
const HAS_LABELS = 2;
/** Bytes of the SHA-256 of the weights. */
const HASH_BYTES = 6;
const CHECKSUM_BYTES = 4;
const LARGEST_COUNT = 2 ** 31 - 1;

export function encodeFile(
  { base, ...stream }: CodeFile,
  { latent, shape, numClasses, modelHash }: CodecFacts,
): Uint8Array {
  const count = stream.numbers.length / latent;
  const writer = new ByteWriter();
  const flags = (stream.names ? HAS_NAMES : 0) + (numClasses === null ? 0 : HAS_LABELS);
  writer.bytes(Uint8Array.from([...MAGIC, VERSION, flags, ...hashBytes(modelHash)]));
  for (const extent of [...shape, latent, count]) writer.number(extent);
  writer.bytes(Uint8Array.from([base.mantissa, base.exponent]));
  const spread = spreadOf(stream);
  writer.number(spread);
  const codes = encodeStream(stream, { count, latent, numClasses, spread });
  // A byte a picture at least, so that the length of a file bounds what comes out of it.
  const padded = new Uint8Array(Math.max(codes.length, count));
  padded.set(codes);
  writer.bytes(padded);
  const body = writer.finish();
  const whole = new Uint8Array(body.length + CHECKSUM_BYTES);
  whole.set(body);
  new DataView(whole.buffer).setUint32(body.length, crc32(body), true);
  return whole;
}

/** Throws FormatError, which says where, for a file that is none, damaged, cut off or of another model. */
export function decodeFile(bytes: Uint8Array, codec: CodecFacts, fileName: string): CodeFile {
  checkStart(bytes, fileName);
  const body = checkedBody(bytes, fileName);
  const reader = new ByteReader(body, fileName);
  reader.bytes(MAGIC.length + 1, 'the mark');
  const [flags] = reader.bytes(1, 'the flags');
  checkModel(reader.bytes(HASH_BYTES, 'the hash of the model'), codec, fileName);
  const { latent, shape, numClasses, folder } = codec;
  const known = (numClasses === null ? 0 : HAS_LABELS) + (flags & HAS_NAMES);
  if (flags !== known) {
    throw reader.damaged(`the flags at byte ${MAGIC.length + 1} are ${flags}, not ${known}`);
  }
  const told = ['channels', 'rows', 'columns', 'numbers of a code'];
  for (const [i, extent] of [...shape, latent].entries()) {
    const { position } = reader;
    const value = reader.number(told[i], { least: 1, most: LARGEST_COUNT });
    if (value === extent) continue;
    throw reader.damaged(
      `it tells of ${value} ${told[i]} at byte ${position}, but the model of ${folder} has ${extent}`,
    );
  }
  const count = reader.number('the number of pictures', { least: 1, most: reader.left });
  const [mantissa, exponent] = reader.bytes(2, 'the smallest step');
  const spread = reader.number('the spread of codes', { least: 1, most: LARGEST_SPREAD });
  if (count > reader.left) {
    throw reader.damaged(
      `${reader.left} bytes of codes at byte ${reader.position} cannot be ${count} pictures`,
    );
  }
  const start = reader.position;
  const stream = decodeStream(
    reader.bytes(reader.left, 'the codes'),
    { count, latent, numClasses, spread, hasNames: (flags & HAS_NAMES) !== 0 },
    (happened, position = 0) =>
      reader.damaged(happened ?? `the codes make no sense from byte ${start + position} on`),
  );
  return { base: { mantissa, exponent }, ...stream };
}

function checkStart(bytes: Uint8Array, fileName: string): void {
  if (bytes.length < MAGIC.length + 1 || MAGIC.some((byte, i) => bytes[i] !== byte)) {
    const start = [...bytes.subarray(0, MAGIC.length)].map((byte) =>
      byte.toString(16).padStart(2, '0'),
    );
    throw new FormatError(fileName, {
      happened: bytes.length === 0 ? 'the file is empty' : `it begins with ${start.join(' ')}`,
      expected: 'a file of fovea compress, which begins with f0 66 7a',
      mend: 'give a file that fovea compress wrote',
    });
  }
  if (bytes[MAGIC.length] === VERSION) return;
  throw new FormatError(fileName, {
    happened: `it has version ${bytes[MAGIC.length]} of the format`,
    expected: `version ${VERSION}`,
    mend: 'use a newer version of fovea, or copy the file again if it is damaged',
  });
}

/** All but the checksum, when that is right. */
function checkedBody(bytes: Uint8Array, fileName: string): Uint8Array {
  const end = bytes.length - CHECKSUM_BYTES;
  const hex = (value: number) => value.toString(16).padStart(8, '0');
  if (end > MAGIC.length) {
    const body = bytes.subarray(0, end);
    const told = new DataView(bytes.buffer, bytes.byteOffset).getUint32(end, true);
    const found = crc32(body);
    if (told === found) return body;
    throw new FormatError(fileName, {
      happened: `the checksum of its ${end} bytes is ${hex(found)}, but ${hex(told)} stands at byte ${end}`,
      expected: 'both to be the same',
      mend: 'the file is cut off or damaged; copy it again, or compress the pictures again',
    });
  }
  throw new FormatError(fileName, {
    happened: `it ends after ${bytes.length} bytes`,
    expected: 'a whole file of fovea compress',
    mend: 'it is cut off; copy it again, or compress the pictures again',
  });
}

function checkModel(found: Uint8Array, { folder, modelHash }: CodecFacts, fileName: string): void {
  if (hashBytes(modelHash).every((byte, i) => byte === found[i])) return;
  const hash = [...found].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  throw new FormatError(fileName, {
    happened: `it was made with the model ${hash}…`,
    expected: `the model of ${folder}, which is ${modelHash.slice(0, 2 * HASH_BYTES)}…`,
    mend: 'give the run that it was compressed with; only the same weights make the same pictures',
  });
}

const hashBytes = (hash: string): number[] =>
  Array.from({ length: HASH_BYTES }, (_, i) => Number.parseInt(hash.slice(2 * i, 2 * i + 2), 16));
