/** Pickles that nobody should load: whatever they ask for, nothing runs, and the error names it and its place. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesSource } from '../src/formats/byte-source.js';
import { FormatError } from '../src/formats/format-error.js';
import { openTorch, readTorch, type TorchValue } from '../src/formats/torch/index.js';
import {
  floats,
  int,
  item,
  joinParts,
  little,
  named,
  oldFile,
  oldTensorFile,
  type PicklePart,
  reduce,
  storage,
  tensor,
  text,
  tuple,
  tuple1,
  tuple2,
  zipFile,
} from './pickle-writer.js';

const longestMs = 2000;

/** What becomes of a file, in reasonable time; all of its tensors are read. */
async function answer(bytes: Uint8Array): Promise<TorchValue | FormatError> {
  const start = performance.now();
  try {
    const read = await readTorch(bytesSource(bytes, 'evil.pt'));
    const source = await openTorch(bytesSource(bytes, 'evil.pt'));
    for (const name of source.entries.keys()) await source.read(name);
    return read;
  } catch (error) {
    assert.ok(error instanceof FormatError, error instanceof Error ? error.stack : String(error));
    return error;
  } finally {
    const took = performance.now() - start;
    assert.ok(took < longestMs, `took ${Math.round(took)} ms`);
  }
}

function refuses(name: string, bytes: Uint8Array, pattern: RegExp): void {
  test(name, async () => {
    const error = await answer(bytes);
    assert.ok(error instanceof FormatError, 'it is read');
    assert.match(error.message, /^evil\.pt: .+; expected .+; .+/s);
    assert.match(error.message, pattern);
  });
}

/** The value in both layouts. */
function refusesValue(name: string, value: PicklePart, pattern: RegExp): void {
  refuses(`${name} (older layout)`, oldFile(value), pattern);
  refuses(`${name} (zip)`, zipFile(value), pattern);
}

const shell = joinParts(text('touch /tmp/owned'), tuple1, reduce);
const never = /for loading a model never runs code; the file may be made to attack/;

// Code.
refusesValue(
  'os.system',
  joinParts(named('posix', 'system'), shell),
  /'posix\.system' at byte \d+ of/,
);
refusesValue('the reason', joinParts(named('os', 'system'), shell), never);
refusesValue(
  'eval beside weights',
  joinParts('}', text('weight'), named('__builtin__', 'eval'), shell, 's'),
  /refuses to load 'builtins\.eval' at byte/,
);
refusesValue('exec by protocol 4', joinParts(text('builtins'), text('exec'), 0x93, shell), never);
refusesValue('getattr', joinParts(named('builtins', 'getattr'), shell), /'builtins\.getattr'/);
refusesValue('__import__', joinParts(named('builtins', '__import__'), shell), never);
refusesValue(
  'an attribute of a known function',
  joinParts(text('torch._utils'), text('_rebuild_tensor_v2.__globals__'), 0x93),
  /'torch\._utils\._rebuild_tensor_v2\.__globals__'/,
);
refusesValue(
  'a known name in a module that is not its own',
  joinParts(text('evil.collections'), text('OrderedDict'), 0x93),
  /'evil\.collections\.OrderedDict'/,
);
refusesValue('INST', joinParts('(', text('x'), 'ios\nsystem\n'), /'os\.system'/);
refusesValue('OBJ', joinParts('(', named('subprocess', 'Popen'), text('x'), 'o'), never);
refusesValue('NEWOBJ', joinParts(named('__main__', 'Net'), ')', 0x81), /state_dict\(\)/);
refusesValue(
  'NEWOBJ_EX',
  joinParts(named('collections', 'OrderedDict'), ')', item('a', 'N'), 0x92),
  /named arguments/,
);
refusesValue('a name that would break the message', named('a\x1b[31m', 'b'), /'a\\u001b\[31m\.b'/);
refusesValue('NumPy', named('numpy.core.multiarray', 'scalar'), /NumPy.+item\(\)/);

// Calls of what is no function, and attributes of what has none.
refusesValue(
  'the call of a class that is only a name',
  joinParts(named('torch', 'FloatStorage'), ')R'),
  /`torch\.FloatStorage` is called/,
);
refusesValue('the call of a text', joinParts(text('os.system'), shell), /a value is called/);
refusesValue(
  'a call without a tuple',
  joinParts(named('collections', 'OrderedDict'), ']R'),
  /no tuple/,
);
refusesValue(
  'BUILD on a list',
  joinParts(']', item('__class__', 'N'), 'b'),
  /attributes are set on what has none/,
);
refusesValue(
  'a storage class in the end',
  named('torch', 'FloatStorage'),
  /a class or a storage lies/,
);
refusesValue('an extension code', joinParts(0x82, 1), /number in a registry/);
refusesValue('a buffer outside', joinParts(0x97), /buffer outside/);
refusesValue('a persistent identifier in text', 'P123\n', /is no storage/);
refusesValue(
  'a module with its source',
  joinParts(tuple(text('module'), 'N', text('net.py'), text('class Net: ...')), 'Q'),
  /whole model with its source.+state_dict\(\)/,
);
refusesValue(
  'a tensor with attributes, rebuilt by itself',
  joinParts(
    ...[named('torch._tensor', '_rebuild_from_type_v2'), 'q', 1, ']q', 2, '0'],
    ...['h', 1, '(h', 1, named('torch', 'Tensor'), 'h', 2, '}tR'],
  ),
  /not rebuilt by a function for tensors/,
);
refusesValue(
  'a class that stands for a storage',
  joinParts(tuple(text('storage'), named('torch', 'Tensor'), text('0'), text('cpu'), int(4)), 'Q'),
  /`torch\.Tensor` stands in the place/,
);

// Lengths and numbers.
refuses(
  'LONG4 of 2 GB',
  oldFile(joinParts(0x8b, little(2 ** 31 - 1, 4))),
  /an integer of 2147483647 bytes lies at byte 49 of the file/,
);
refusesValue('LONG4 of a length below 0', joinParts(0x8b, little(-5, 4)), /a length of -5/);
refusesValue(
  'LONG4 of many bytes',
  joinParts(0x8b, little(5000, 4), new Uint8Array(5000)),
  /an integer of 5000 bytes/,
);
refusesValue('LONG with many digits', `L${'9'.repeat(30000)}L\n`, /a number of 30000 digits/);
refuses(
  'a text of 2^63 bytes',
  zipFile(joinParts(0x8d, little(2n ** 63n, 8))),
  /ends within the opcode at byte 2 of data\.pkl/,
);
refuses('bytes of 2^64 - 1', zipFile(joinParts(0x8e, little(-1, 8))), /ends within the opcode/);
refuses(
  'a line without end',
  zipFile(joinParts('c', new Uint8Array(70000).fill(97))),
  /a line of more than/,
);
refusesValue('a text that is not UTF-8', joinParts('U', 2, 0xc3, 0x28), /not UTF-8/);
refusesValue('a number that is none', 'F1e5x\n', /no number/);
refusesValue('an integer that is none', 'I1.5\n', /no whole number/);
refusesValue('a character beyond Unicode', 'V\\U00110000\n', /beyond Unicode/);

// The machine.
refusesValue('an empty stack', 'a', /the stack is empty at byte/);
refusesValue('no mark', 't', /no mark/);
refusesValue('a value below the mark', joinParts('](', 'a'), /the stack is empty/);
refusesValue('two values in the end', 'NN', /stops with 2 values/);
refusesValue('a mark in the end', 'N(', /stops with/);
refusesValue('a key without a value', joinParts('}(', text('a'), 'u'), /key without a value/);
refusesValue('an item in a tuple', ')Na', /appended to what is no list/);
refusesValue('an item in a number', joinParts(int(1), 'NNs'), /no dictionary/);
refusesValue('an element in a list', '](N\x90', /no set/);
refusesValue('a memory that is not there', joinParts('h', 7), /nothing is remembered as 7/);
refusesValue('an unknown opcode', joinParts(0xff), /unknown opcode 0xff/);
refusesValue('a protocol to come', joinParts(0x80, 6), /protocol 6/);
refusesValue('a million dictionaries', '}0'.repeat(1_000_001), /more than 1000000 containers/);

test('marks and the memo may be many', async () => {
  const deep = joinParts('('.repeat(200_000), '1'.repeat(200_000), 'N');
  assert.equal(await answer(oldFile(deep)), null);
  const far = joinParts('N', 'r', little(2 ** 32 - 1, 4), '0j', little(2 ** 32 - 1, 4));
  assert.equal(await answer(zipFile(far)), null);
});

// Containers that are small in the file and large to those who walk through them.
refusesValue(
  'deep nesting',
  joinParts(']'.repeat(100_000), 'a'.repeat(99_999)),
  /lies deeper than 64/,
);
refusesValue('a list in itself', joinParts(']q', 1, 'h', 1, 'a'), /container '0' contains itself/);
refusesValue(
  'a dictionary in itself',
  joinParts('}q', 1, text('self'), 'h', 1, 's'),
  /contains itself/,
);
refusesValue(
  'doubled lists of doubled lists',
  joinParts(']', ...Array.from({ length: 40 }, () => joinParts('q', 1, '0](h', 1, 'h', 1, 'e'))),
  /more than 200000 values/,
);
refusesValue(
  'a set of a long list, again and again',
  joinParts(
    ...['](', 'N'.repeat(100_000), 'eq', 1, '0', named('builtins', 'set'), 'q', 2, '0'],
    ...['(', 'h\x02h\x01\x85R'.repeat(10_000), 't'],
  ),
  /calls are given more than \d+ items/,
);

// Tensors.
const refusesTensor = (name: string, options: Parameters<typeof tensor>[0], pattern: RegExp) =>
  refuses(name, oldTensorFile(options), pattern);
refusesTensor(
  'a tensor beyond its storage',
  { offset: 1 },
  /ends at element 5 of storage '0', which has 4/,
);
refusesTensor('strides beyond the storage', { shape: [2, 2], stride: [3, 1] }, /element 5 of/);
refusesTensor(
  'strides whose product overflows',
  { shape: [2 ** 40, 2], stride: [2 ** 40, 1] },
  /ends at element/,
);
refusesTensor('a stride below 0', { stride: [-1] }, /whole numbers from 0/);
refusesTensor('an offset below 0', { offset: -1 }, /no offset/);
refusesTensor('more strides than sizes', { stride: [1, 1] }, /as many of each/);
refusesTensor(
  '65 dimensions',
  { shape: new Array(65).fill(1), stride: new Array(65).fill(1) },
  /65 dimensions/,
);
refusesTensor(
  'an element repeated without end',
  { shape: [2 ** 40], stride: [0] },
  /repeats 4 numbers as 1099511627776/,
);
refusesTensor('an untyped storage without a dtype', { type: 'UntypedStorage' }, /without a dtype/);
refusesTensor('a lazily conjugated tensor', { more: [item('conj', 0x88)] }, /resolve_conj\(\)/);
refusesTensor(
  'more elements than the storage holds',
  { elements: 5 },
  /storage '0' has 4 elements, not 5.+at byte \d+/,
);
refusesTensor('another storage', { key: '1' }, /a storage lies that no tensor has at byte/);
refusesTensor(
  'a part beyond the storage',
  { rest: [tuple(text('1'), int(3), int(2))] },
  /a part of storage '0' ends behind/,
);
refusesTensor(
  'a quantised storage',
  { type: 'QUInt8Storage' },
  /'torch\.QUInt8Storage' \(a quantised tensor\)/,
);
refuses(
  'a tensor that holds no storage',
  oldFile(joinParts(named('torch._utils', '_rebuild_tensor'), ')R')),
  /has no storage/,
);
refuses(
  'a parameter that holds no tensor',
  oldFile(joinParts(named('torch._utils', '_rebuild_parameter'), 'N', 0x88, tuple2, 'R')),
  /holds no tensor/,
);
refuses(
  'a storage that no entry has',
  zipFile(tensor()),
  /no entry 'archive\/data\/0' for a storage at byte/,
);
refuses(
  'an entry shorter than its storage',
  zipFile(tensor(), { entries: { 'data/0': floats(1) } }),
  /storage '0' \(float32\) should have 4 elements, 16 bytes, but 'archive\/data\/0' has 4/,
);
refuses(
  'a storage by itself',
  zipFile(storage('0'), { entries: { 'data/0': floats(1, 2, 3, 4) } }),
  /a class or a storage/,
);

test('an overlapping view of few elements is read', async () => {
  const source = await openTorch(
    bytesSource(oldTensorFile({ shape: [3, 2], stride: [1, 1] }), 'x'),
  );
  assert.deepEqual([...(await source.read('tensor')).data], [1, 2, 2, 3, 3, 4]);
});

// Whole files.
const whole = oldTensorFile();
refuses(
  'a tar archive',
  joinParts(new Uint8Array(257), 'ustar\x0000', new Uint8Array(248)),
  /tar archive of PyTorch's first versions.+save it again/,
);
refuses('an empty file', new Uint8Array(0), /the 0 bytes begin neither/);
refuses('a text', joinParts('hello'), /the 5 bytes begin neither/);
refuses('a pickle of something else', joinParts('\x80\x02}.'), /without PyTorch's magic number/);
refuses('another version', oldFile('N', { version: 1002 }), /version 1001/);
refuses('the other byte order', oldFile('N', { littleEndian: false }), /another byte order/);
refuses(
  'the other byte order in an archive',
  zipFile('N', { entries: { byteorder: joinParts('big') } }),
  /byte order is 'big'/,
);
refuses('no storages', whole.slice(0, -24), /storage '0' is missing at byte/);
refuses('half a storage', whole.slice(0, -8), /storage '0' of 16 bytes lies, which is cut off at/);
refuses('half a pickle', whole.slice(0, 100), /not complete after 100 bytes.+at byte \d+/);
test('the storages of a file without cuts are read', async () => {
  const source = await openTorch(bytesSource(whole, 'whole.pt'));
  assert.deepEqual([...(await source.read('tensor')).data], [1, 2, 3, 4]);
});
