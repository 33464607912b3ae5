/** Opens a PyTorch file as named tensors: the tensors of all its containers, with dotted names. */

import type { ByteSource } from '../byte-source.js';
import { FormatError } from '../format-error.js';
import { quoted } from '../quoted-name.js';
import { noSuchTensor, type TensorEntry, type TensorSource } from '../tensor-source.js';
import { readTorch } from './read-torch.js';
import { TorchTensor } from './torch-tensor.js';
import type { TorchMap, TorchValue } from './torch-value.js';

/** How deep containers may lie in each other; a state dict in a checkpoint is the second level. */
const deepest = 64;
/** Shared containers could multiply a few bytes without end. */
const mostNames = 200_000;
const mostNameCharacters = 2 ** 24;

/**
 * Opens a PyTorch file (`.pt`, `.pth`, `.th`) as a source of named tensors.
 *
 * The names are the keys on the way to a tensor with dots between them, such as `state_dict.conv1.weight`; items of lists,
 * tuples and sets have their index as key, and a tensor that is all of the file is called `tensor`. Numbers and texts
 * become the metadata, under such names as well. Closing closes `source`.
 *
 * @throws {FormatError} as `readTorch` does, and when two tensors would have one name or a container contains itself.
 * @example
 * const source = await openTorch(await openFile('resnet20.th'));
 * const { data } = await source.read('state_dict.module.conv1.weight');
 */
export async function openTorch(source: ByteSource): Promise<TensorSource> {
  const { tensors, metadata } = flatten(await readTorch(source), source.name);
  const entries = new Map<string, TensorEntry>();
  for (const [name, tensor] of tensors) entries.set(name, tensor.entry);
  return {
    format: 'torch',
    entries,
    metadata,
    async read(name) {
      const tensor = tensors.get(name);
      if (!tensor) throw noSuchTensor(name, entries, source.name);
      return tensor.read(name);
    },
    close: () => source.close(),
  };
}

interface Flat {
  readonly tensors: Map<string, TorchTensor>;
  readonly metadata: Record<string, string>;
}

function flatten(root: TorchValue, fileName: string): Flat {
  const tensors = new Map<string, TorchTensor>();
  const texts = new Map<string, string>();
  const open = new Set<TorchValue>();
  let visited = 0;
  let characters = 0;
  const refuse = (happened: string) =>
    new FormatError(fileName, {
      happened,
      expected: 'dictionaries and lists with tensors in them, as state_dict() gives them',
      mend: 'read it with readTorch and take the tensors from there, or save the state dict alone',
    });

  const visit = (value: TorchValue, name: string): void => {
    if (++visited > mostNames) throw refuse(`there are more than ${mostNames} values`);
    characters += name.length;
    if (characters > mostNameCharacters) {
      throw refuse(`the names have more than ${mostNameCharacters} characters`);
    }
    if (value instanceof TorchTensor) {
      const key = name || 'tensor';
      if (tensors.has(key)) throw refuse(`two tensors would be called ${quoted(key)}`);
      tensors.set(key, value);
      return;
    }
    const items = itemsOf(value);
    if (!items) {
      if (value !== null && !(value instanceof Uint8Array)) texts.set(name, String(value));
      return;
    }
    const place = name ? `the container ${quoted(name)}` : 'the container';
    if (open.has(value)) throw refuse(`${place} contains itself`);
    if (open.size === deepest) throw refuse(`${place} lies deeper than ${deepest} others`);
    open.add(value);
    for (const [key, item] of items) visit(item, name ? `${name}.${key}` : key);
    open.delete(value);
  };
  visit(root, '');
  return { tensors, metadata: Object.fromEntries(texts) };
}

/** The items of a container with their keys as text; undefined for what is none. */
function itemsOf(value: TorchValue): Iterable<[string, TorchValue]> | undefined {
  if (value instanceof Map) return keyed(value);
  if (value instanceof Set || Array.isArray(value)) return numbered(value);
  return undefined;
}

function* keyed(map: TorchMap): Generator<[string, TorchValue]> {
  for (const [key, item] of map) yield [typeof key === 'object' ? '?' : String(key), item];
}

function* numbered(items: Iterable<TorchValue>): Generator<[string, TorchValue]> {
  let index = 0;
  for (const item of items) yield [String(index++), item];
}
