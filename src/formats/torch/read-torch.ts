/** Reads what `torch.save` wrote, in either layout, as values of JavaScript. */

import type { ByteSource } from '../byte-source.js';
import { FormatError } from '../format-error.js';
import { isZip } from '../zip-start.js';
import { readOldLayout } from './old-layout.js';
import { KnownGlobal, type PickleValue } from './pickle-value.js';
import { TorchStorage } from './torch-storage.js';
import type { TorchValue } from './torch-value.js';
import { readZipLayout } from './zip-layout.js';

/**
 * Reads the value that a PyTorch file holds: usually a dictionary with tensors in it, at any depth.
 *
 * No code of the file is run, and no class but those of tensors and containers is known. Tensors have their elements
 * in the file until they are read, so `source` stays open; it is the caller's to close.
 *
 * @throws {FormatError} when the file is damaged, cut off or no PyTorch file, or when it names anything else.
 * @example
 * const checkpoint = await readTorch(await openFile('checkpoint.pt'));
 * if (checkpoint instanceof Map) console.log(checkpoint.get('epoch'));
 */
export async function readTorch(source: ByteSource): Promise<TorchValue> {
  const start = await source.read(0, Math.min(4, source.size));
  const value = await (isZip(start) ? readZipLayout(source) : readOldLayout(source));
  if (!isWhole(value)) {
    throw new FormatError(source.name, {
      happened: 'a class or a storage lies among the values',
      expected: 'tensors, numbers, texts and containers of them',
      mend: 'in PyTorch, save tensors in the place of storages, and names in the place of classes',
    });
  }
  return value;
}

/** Whether `value` and all that is in it means something outside of the pickle. */
function isWhole(value: PickleValue): value is TorchValue & PickleValue {
  const seen = new Set<PickleValue>();
  const waiting = [value];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next instanceof KnownGlobal || next instanceof TorchStorage) return false;
    const isContainer = Array.isArray(next) || next instanceof Map || next instanceof Set;
    if (!isContainer || seen.has(next)) continue;
    seen.add(next);
    if (next instanceof Map) for (const [key, item] of next) waiting.push(key, item);
    else for (const item of next as Iterable<PickleValue>) waiting.push(item);
  }
  return true;
}
