/** The classes and functions that a pickle may name: tensors and containers, each done by code of our own. */

import { storageClasses, torchElements } from './element-types.js';
import { isTuple, KnownGlobal, type PickleValue, type Refuse, tuple } from './pickle-value.js';
import { rebuildParameter, rebuildTensor, rebuildTensorWithDtype } from './rebuild-tensor.js';
import { TorchTensor } from './torch-tensor.js';

type Call = (args: readonly PickleValue[], refuse: Refuse) => PickleValue;

/** What stands for `module.name`, if a pickle may name it. */
export function knownGlobal(module: string, name: string): PickleValue | undefined {
  return known.get(`${pythonThree(module)}.${name}`);
}

/** Python 2 called its built-in module otherwise, and pickles of protocol 2 still do. */
export const pythonThree = (module: string): string =>
  module === '__builtin__' ? 'builtins' : module;

const known = new Map<string, PickleValue>();

function define(name: string, call?: Call): void {
  known.set(name, new KnownGlobal(name, call));
}

define('collections.OrderedDict', (args, refuse) => {
  const map = new Map<PickleValue, PickleValue>();
  for (const pair of items(args[0], refuse)) {
    if (!Array.isArray(pair) || pair.length !== 2) throw refuse('an item of a dict is no pair');
    map.set(pair[0], pair[1]);
  }
  return map;
});
// The factory matters only to programs that ask for keys that are not there.
define('collections.defaultdict', () => new Map());
// Counts by what is counted, such as the milestones of a schedule.
define('collections.Counter', ([counts = new Map()], refuse) => {
  if (!(counts instanceof Map))
    throw refuse('a counter is made of something that is no dictionary');
  return new Map(counts);
});
for (const type of ['dict', 'list', 'int', 'float', 'str', 'bool']) define(`builtins.${type}`);
define('builtins.set', (args, refuse) => new Set(items(args[0], refuse)));
define('builtins.frozenset', (args, refuse) => new Set(items(args[0], refuse)));
define('builtins.bytes', (args, refuse) => asBytes(args[0] ?? '', refuse));
define('builtins.bytearray', (args, refuse) => asBytes(args[0] ?? '', refuse));
// Pickles of protocol 2 hold bytes as a text of the characters 0 to 255.
define('_codecs.encode', ([text = null, encoding], refuse) => {
  if (encoding !== 'latin1' && encoding !== 'latin-1')
    throw refuse('a text is not encoded as latin1');
  return asBytes(text, refuse);
});

define('torch.Size', (args, refuse) => tuple([...items(args[0], refuse)]));
define('torch.device', ([type, index], refuse) => {
  if (typeof type !== 'string') throw refuse('a device has no name');
  return typeof index === 'number' ? `${type}:${index}` : type;
});
for (const dtype of Object.keys(torchElements)) known.set(`torch.${dtype}`, `torch.${dtype}`);

for (const name of [...storageClasses.keys(), 'UntypedStorage']) {
  for (const module of ['torch', 'torch.cuda', 'torch.storage']) define(`${module}.${name}`);
}
// The name of untyped storages in PyTorch 1.11 and 1.12.
define('torch.storage._UntypedStorage');

const rebuilding: readonly [string, Call][] = [
  ['torch._utils._rebuild_tensor', rebuildTensor],
  ['torch._utils._rebuild_tensor_v2', rebuildTensor],
  ['torch._utils._rebuild_tensor_v3', rebuildTensorWithDtype],
  ['torch._utils._rebuild_parameter', rebuildParameter],
  ['torch._utils._rebuild_parameter_with_state', rebuildParameter],
];
for (const [name, call] of rebuilding) define(name, call);
define('torch.Tensor');
define('torch.nn.parameter.Parameter', rebuildParameter);
define('torch.nn.parameter.Buffer');
// A tensor with attributes of its own: (function, class, arguments, attributes).
define('torch._tensor._rebuild_from_type_v2', ([callee, type, args], refuse) => {
  const inner = rebuilding.some(([name]) => callee instanceof KnownGlobal && callee.name === name);
  if (!(callee instanceof KnownGlobal) || !inner || !isTuple(args)) {
    throw refuse('a tensor with attributes is not rebuilt by a function for tensors');
  }
  if (!(type instanceof KnownGlobal)) throw refuse('a tensor with attributes has no class');
  const tensor = callee.call?.(args, refuse);
  if (!(tensor instanceof TorchTensor)) throw refuse('a tensor with attributes holds no tensor');
  return tensor;
});

function items(value: PickleValue | undefined, refuse: Refuse): Iterable<PickleValue> {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value;
  throw refuse('a container is made of something that is no list');
}

function asBytes(value: PickleValue, refuse: Refuse): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value !== 'string') throw refuse('bytes are made of something that is no text');
  const bytes = new Uint8Array(value.length);
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code > 255) throw refuse('bytes are made of a text with characters beyond 255');
    bytes[i] = code;
  }
  return bytes;
}
