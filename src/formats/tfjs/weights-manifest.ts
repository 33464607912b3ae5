/** The weights of a TensorFlow.js model: named tensors in groups of files, perhaps quantised. */

import type { TypedArray } from '../../graph/dtype.js';
import { sizeOf } from '../../graph/shape.js';
import type { ByteSource } from '../byte-source.js';
import { fromHalf } from '../half-floats.js';
import { quoted } from '../quoted-name.js';
import {
  noSuchTensor,
  type SafetensorsTensor,
  type TensorEntry,
  type TensorSource,
} from '../tensor-source.js';
import { isObject, type JsonObject, ownValue, shown } from './json-value.js';
import type { ModelJson } from './model-json.js';
import { malformed, notRead } from './tfjs-problem.js';

/** Opens a file of weights by the path that the manifest has for it. */
export type OpenWeights = (path: string) => Promise<ByteSource>;

/** One tensor, and where its bytes begin in those of its group. */
interface Weight extends TensorEntry {
  readonly dtype: keyof typeof makers;
  readonly storage: Storage;
  readonly offset: number;
  readonly scale: number;
  readonly min: number;
  readonly group: number;
  /** Whether it is a state of the optimiser, which no layer has. */
  readonly isState: boolean;
}

/** Element types as the files hold them, and their bytes. */
const storages = { float32: 4, int32: 4, bool: 1, uint8: 1, uint16: 2, float16: 2 };

type Storage = keyof typeof storages;

/** A group's files, in the order of its bytes. */
interface Shards {
  readonly sources: readonly ByteSource[];
  readonly size: number;
}

/** Weights by name, as every other reader of weights gives them. */
export interface ManifestSource extends TensorSource {
  /** The names of weights that layers have. */
  readonly layerWeights: readonly string[];
}

/**
 * The weights that a manifest names. Throws FormatError when files are missing or have other lengths than
 * the manifest says.
 */
export async function openManifest(
  { fileName, manifest }: Pick<ModelJson, 'fileName' | 'manifest'>,
  open: OpenWeights,
): Promise<ManifestSource> {
  const entries = new Map<string, Weight>();
  const groups = manifest.map((group, i) => readGroup(fileName, group, { number: i, entries }));
  const opened: Shards[] = [];
  const close = async (): Promise<void> => {
    for (const { sources } of opened) for (const source of sources) await source.close();
  };
  try {
    for (const { paths, bytes } of groups) {
      const sources: ByteSource[] = [];
      // Kept as it grows, so that what is open is closed when a later file fails.
      opened.push({ sources, size: bytes });
      for (const path of paths) sources.push(await open(path));
      const size = sources.reduce((sum, source) => sum + source.size, 0);
      if (size !== bytes) {
        throw malformed(
          fileName,
          `${paths.map(quoted).join(', ')} should hold ${bytes} bytes of weights but has ${size}`,
        );
      }
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    format: 'TensorFlow.js',
    entries,
    metadata: {},
    layerWeights: [...entries].filter(([, { isState }]) => !isState).map(([name]) => name),
    async read(name) {
      const weight = entries.get(name);
      if (!weight) throw noSuchTensor(name, entries, fileName);
      return decoded(weight, await readAcross(opened[weight.group].sources, weight));
    },
    close,
  };
}

interface Group {
  readonly paths: readonly string[];
  /** Of all its weights. */
  readonly bytes: number;
}

function readGroup(
  fileName: string,
  group: unknown,
  { number, entries }: { number: number; entries: Map<string, Weight> },
): Group {
  const paths = isObject(group) ? ownValue(group, 'paths') : undefined;
  const weights = isObject(group) ? ownValue(group, 'weights') : undefined;
  const isPath = (path: unknown): path is string => typeof path === 'string';
  if (!Array.isArray(paths) || !paths.every(isPath) || !Array.isArray(weights)) {
    throw malformed(fileName, `group ${number} of the weights has no "paths" or no "weights"`);
  }
  let offset = 0;
  for (const one of weights) {
    const { name, ...weight } = readWeight(fileName, one, { group: number, offset });
    if (entries.has(name)) throw malformed(fileName, `there are two weights ${quoted(name)}`);
    entries.set(name, weight);
    offset += byteLength(weight);
  }
  return { paths, bytes: offset };
}

const byteLength = ({ shape, storage }: Pick<Weight, 'shape' | 'storage'>): number =>
  sizeOf(shape) * storages[storage];

function readWeight(
  fileName: string,
  weight: unknown,
  place: { group: number; offset: number },
): Weight & { name: string } {
  const name = isObject(weight) ? ownValue(weight, 'name') : undefined;
  if (!isObject(weight) || typeof name !== 'string') {
    throw malformed(fileName, `weight ${shown(weight)} has no name`);
  }
  const shape = ownValue(weight, 'shape');
  const isExtent = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 0;
  if (!Array.isArray(shape) || !shape.every(isExtent) || !Number.isSafeInteger(sizeOf(shape) * 4)) {
    throw malformed(fileName, `weight ${quoted(name)} has the shape ${shown(shape)}`);
  }
  const dtype = ownValue(weight, 'dtype');
  if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool') {
    throw notRead(
      fileName,
      `weight ${quoted(name)} is of ${shown(dtype)}`,
      'float32, int32 or bool',
    );
  }
  const quantization = ownValue(weight, 'quantization');
  const stored = isObject(quantization)
    ? readQuantization(fileName, name, quantization)
    : { storage: dtype as Storage, scale: 1, min: 0 };
  const isState = ownValue(weight, 'group') === 'optimizer';
  return { ...place, ...stored, name, shape, dtype, isState };
}

function readQuantization(
  fileName: string,
  name: string,
  quantization: JsonObject,
): Pick<Weight, 'storage' | 'scale' | 'min'> {
  const storage = ownValue(quantization, 'dtype');
  if (storage === 'float16') return { storage, scale: 1, min: 0 };
  if (storage !== 'uint8' && storage !== 'uint16') {
    throw notRead(
      fileName,
      `weight ${quoted(name)} is quantised to ${shown(storage)}`,
      'uint8, uint16 or float16',
    );
  }
  const scale = ownValue(quantization, 'scale');
  const min = ownValue(quantization, 'min');
  if (typeof scale !== 'number' || typeof min !== 'number') {
    throw malformed(fileName, `weight ${quoted(name)} is quantised without "scale" and "min"`);
  }
  return { storage, scale, min };
}

/** The bytes of a weight, which may begin in one file and end in another. */
async function readAcross(sources: readonly ByteSource[], weight: Weight): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(byteLength(weight));
  let start = 0;
  for (const source of sources) {
    const from = Math.max(weight.offset, start);
    const to = Math.min(weight.offset + bytes.length, start + source.size);
    if (to > from) bytes.set(await source.read(from - start, to - from), from - weight.offset);
    start += source.size;
  }
  return bytes.buffer;
}

function decoded(weight: Weight, buffer: ArrayBuffer): SafetensorsTensor {
  const { dtype, shape, storage, scale, min } = weight;
  const numbers = numbersOf(storage, buffer);
  if (storage === dtype) return { dtype, shape, data: numbers };
  const make = makers[dtype];
  if (storage === 'float16') return { dtype, shape, data: make(numbers, (value) => value) };
  const whole = dtype === 'float32' ? (value: number) => value : Math.round;
  return { dtype, shape, data: make(numbers, (value) => whole(value * scale + min)) };
}

function numbersOf(storage: Storage, buffer: ArrayBuffer): TypedArray {
  if (storage === 'float16') return fromHalf(new Uint16Array(buffer));
  if (storage === 'float32') return new Float32Array(buffer);
  if (storage === 'int32') return new Int32Array(buffer);
  if (storage === 'uint16') return Int32Array.from(new Uint16Array(buffer));
  return new Uint8Array(buffer);
}

type Convert = (value: number) => number;

/** Arrays of each dtype from numbers that a file holds otherwise. */

const makers = {
  float32: (numbers: TypedArray, convert: Convert) => Float32Array.from(numbers, convert),
  int32: (numbers: TypedArray, convert: Convert) => Int32Array.from(numbers, convert),
  bool: (numbers: TypedArray, convert: Convert) =>
    Uint8Array.from(numbers, (value) => (convert(value) ? 1 : 0)),
};
