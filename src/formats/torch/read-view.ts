/** Reads a strided view of a storage, piece by piece, into row-major elements of one of our dtypes. */

import { allocate, type TypedArray } from '../../graph/dtype.js';
import { FormatError } from '../format-error.js';
import { quoted } from '../quoted-name.js';
import {
  type Converted,
  convertElements,
  convertPieces,
  dtypeOfStorage,
  type Storage,
  storageBytes,
} from '../safetensors-storage.js';
import type { SafetensorsTensor } from '../tensor-source.js';
import type { TorchStorage } from './torch-storage.js';

/** Numbers of a storage: shape, strides and offset count them. */
export interface View {
  readonly storage: TorchStorage;
  readonly number: Storage;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
  readonly offset: number;
  /** The tensor's name, for messages. */
  readonly name: string;
}

/** Numbers that are gathered from at once, so that little more than the result is in memory. */
const pieceLength = 2 ** 20;
/** A view that repeats elements may be this large however small its storage is. */
const largestRepeated = 2 ** 22;

/** Reads all elements of `view`, which lies within its storage. */
export async function readView(view: View): Promise<SafetensorsTensor> {
  const { number, shape } = view;
  const dtype = dtypeOfStorage(number);
  const length = shape.reduce((product, size) => product * size, 1);
  if (length === 0) return { dtype, shape, data: allocate(dtype, 0) };
  checkLength(view, length);
  const dimensions = walked(view);
  if (isDense(dimensions)) return { dtype, shape, data: await readDense(view, length) };
  const data = allocate(dtype, length);
  await gather(view, dimensions, data);
  return { dtype, shape, data };
}

/** One dimension of more than one index: steps in the storage and in the result. */
interface Dimension {
  readonly size: number;
  readonly from: number;
  readonly to: number;
}

/** The dimensions in the order of the storage, largest step first. */
function walked({ shape, stride }: View): Dimension[] {
  const dimensions: Dimension[] = [];
  let to = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] > 1) dimensions.push({ size: shape[axis], from: stride[axis], to });
    to *= shape[axis];
  }
  // The last dimension stands first and stays behind equals, of which it is the inner one.
  return dimensions.reverse().sort((a, b) => b.from - a.from);
}

/** Whether the elements lie in the storage one behind the other as in the result. */
function isDense(dimensions: readonly Dimension[]): boolean {
  return dimensions.every(({ from, to }) => from === to);
}

/** Whether an element is met in each step of the walk or a later one, and never before. */
function goesForward(dimensions: readonly Dimension[]): boolean {
  let extent = 1;
  for (const { size, from } of [...dimensions].reverse()) {
    if (from > 0 && from < extent) return false;
    extent += from * (size - 1);
  }
  return true;
}

const extentOf = (dimensions: readonly Dimension[]): number =>
  dimensions.reduce((extent, { size, from }) => extent + from * (size - 1), 1);

async function readDense(view: View, length: number): Promise<TypedArray> {
  const { storage, number, offset } = view;
  const start = offset * storageBytes[number];
  const converted = await convertPieces(number, length, (from, bytes) =>
    storage.read(start + from, bytes),
  );
  return elementsOf(converted, view);
}

/** Copies every element to its place, reading the storage from its beginning to its end. */
async function gather(
  view: View,
  dimensions: readonly Dimension[],
  data: TypedArray,
): Promise<void> {
  const extent = extentOf(dimensions);
  const forward = goesForward(dimensions);
  if (!forward && extent > largestRepeated) throw tooLarge(view, `overlaps itself over ${extent}`);
  const wanted = forward ? Math.min(pieceLength, extent) : extent;
  const inner = dimensions[dimensions.length - 1];
  const outer = dimensions.slice(0, -1);
  const index = outer.map(() => 0);
  let from = 0;
  let to = 0;
  let piece = await readNumbers(view, 0, wanted);
  let pieceAt = 0;
  for (;;) {
    for (let i = 0; i < inner.size; i++) {
      const at = from + i * inner.from;
      if (at >= pieceAt + piece.length) {
        piece = await readNumbers(view, at, Math.min(wanted, extent - at));
        pieceAt = at;
      }
      data[to + i * inner.to] = piece[at - pieceAt];
    }
    let axis = outer.length - 1;
    for (; axis >= 0; axis--) {
      from += outer[axis].from;
      to += outer[axis].to;
      if (++index[axis] < outer[axis].size) break;
      from -= outer[axis].from * outer[axis].size;
      to -= outer[axis].to * outer[axis].size;
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}

/** `length` numbers of the storage, from the view's offset and `start` more on. */
async function readNumbers(view: View, start: number, length: number): Promise<TypedArray> {
  const { storage, number, offset } = view;
  const bytes = storageBytes[number];
  const raw = await storage.read((offset + start) * bytes, length * bytes);
  return elementsOf(convertElements(raw.buffer, number, start), view);
}

function elementsOf(converted: Converted, { storage, number, name }: View): TypedArray {
  if ('data' in converted) return converted.data;
  throw new FormatError(storage.file.name, {
    happened: `tensor ${quoted(name)} (${number}), in storage ${quoted(storage.key)}, holds ${converted.problem}`,
    expected: converted.expected,
    mend: 'convert the tensor in PyTorch before it is saved, or leave it out',
  });
}

/** A tensor can be larger than its storage only where it repeats elements, as `expand` does. */
function checkLength(view: View, length: number): void {
  const room = view.storage.bytes / storageBytes[view.number];
  if (length > Math.max(room, largestRepeated)) {
    throw tooLarge(view, `repeats ${room} numbers as ${length}`);
  }
}

function tooLarge({ storage, shape, name }: View, what: string): FormatError {
  return new FormatError(storage.file.name, {
    happened: `tensor ${quoted(name)} [${shape.join(', ')}] ${what}`,
    expected: `at most ${largestRepeated} numbers in a view that repeats elements`,
    mend: 'call contiguous() on the tensor in PyTorch before it is saved',
  });
}
