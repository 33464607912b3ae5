/** Reads the identifiers under which pickles name the storages that lie outside of them. */

import type { FormatError } from '../format-error.js';
import { storageClasses } from './element-types.js';
import type { PickleMachine } from './pickle-machine.js';
import { isCount, isTuple, KnownGlobal, type PickleValue } from './pickle-value.js';
import type { StorageDtype } from './torch-storage.js';

/** What an identifier says of a storage. */
export interface StorageId {
  readonly dtype: StorageDtype;
  readonly key: string;
  readonly elements: number;
  /** In old files: the part of the storage that is meant. */
  readonly view: StoragePart | undefined;
}

interface StoragePart {
  readonly offset: number;
  readonly elements: number;
}

/** Reads `('storage', class, key, device, elements)`, in old files with a part of the storage behind it. */
export function readStorageId(id: PickleValue, machine: PickleMachine): StorageId {
  if (isTuple(id) && id[0] === 'module') {
    throw machine.refuse(
      'refuses to load a whole model with its source',
      "in PyTorch, save weights alone: torch.save(model.state_dict(), 'weights.pt')",
    );
  }
  if (!isTuple(id) || id[0] !== 'storage') throw notStorage(machine);
  const [, type, key, , elements, view = null] = id;
  if (!(type instanceof KnownGlobal) || typeof key !== 'string' || !isCount(elements)) {
    throw notStorage(machine);
  }
  const dtype = storageDtype(type.name);
  if (!dtype) throw machine.refuse(`\`${type.name}\` stands in the place of a storage's class`);
  return { dtype, key, elements, view: view === null ? undefined : readPart(view, machine) };
}

function storageDtype(name: string): StorageDtype | undefined {
  const last = name.slice(name.lastIndexOf('.') + 1);
  if (last === 'UntypedStorage' || last === '_UntypedStorage') return 'untyped';
  return storageClasses.get(last);
}

function readPart(view: PickleValue, machine: PickleMachine): StoragePart {
  const [, offset, elements] = isTuple(view) ? view : [];
  if (!isCount(offset) || !isCount(elements)) throw notStorage(machine);
  return { offset, elements };
}

function notStorage(machine: PickleMachine): FormatError {
  return machine.refuse('something outside of the pickle is wanted that is no storage');
}
