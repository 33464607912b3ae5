/** What each opcode of a pickle does, by its code (Python's pickletools names and explains them). */

import type { PickleMachine } from './pickle-machine.js';
import type { PickleReader } from './pickle-reader.js';
import { decodeRawUnicode, decodeStringLiteral } from './pickle-text.js';
import { isList, type PickleValue, tuple } from './pickle-value.js';

/** Gives 'stop' at the end of the pickle; anything else means nothing. */
type Opcode = (machine: PickleMachine, reader: PickleReader) => unknown;

const newestProtocol = 5;

/** Opcodes by name: the character or number that stands for each, and what it does. */
const table: readonly [string | number, Opcode][] = [
  // The machine.
  [0x80, protocol],
  ['.', () => 'stop'],
  ['(', (machine) => machine.mark()],
  ['0', (machine) => machine.popOrMark()],
  ['1', (machine) => machine.popMark()],
  ['2', (machine) => machine.push(machine.top())],
  // FRAME: only a hint how much to read at once.
  [0x95, (_, reader) => reader.uint64()],

  // The memo.
  ['p', (machine, reader) => machine.store(memoIndex(reader))],
  ['q', (machine, reader) => machine.store(reader.uint8())],
  ['r', (machine, reader) => machine.store(reader.uint32())],
  [0x94, (machine) => machine.memoize()],
  ['g', (machine, reader) => machine.fetch(memoIndex(reader))],
  ['h', (machine, reader) => machine.fetch(reader.uint8())],
  ['j', (machine, reader) => machine.fetch(reader.uint32())],

  // Numbers.
  ['N', (machine) => machine.push(null)],
  [0x88, (machine) => machine.push(true)],
  [0x89, (machine) => machine.push(false)],
  ['I', integerLine],
  ['J', (machine, reader) => machine.push(reader.int32())],
  ['K', (machine, reader) => machine.push(reader.uint8())],
  ['M', (machine, reader) => machine.push(reader.uint16())],
  ['L', (machine, reader) => machine.push(reader.decimal(reader.lineText().replace(/L$/, '')))],
  [0x8a, (machine, reader) => machine.push(reader.integer(reader.uint8()))],
  [0x8b, (machine, reader) => machine.push(reader.integer(length(reader.int32(), reader)))],
  ['F', floatLine],
  ['G', (machine, reader) => machine.push(reader.float64())],

  // Texts and bytes.
  ['S', (machine, reader) => machine.push(decodeStringLiteral(reader.line(), reader))],
  ['T', (machine, reader) => machine.push(reader.text(length(reader.int32(), reader)))],
  ['U', (machine, reader) => machine.push(reader.text(reader.uint8()))],
  ['V', (machine, reader) => machine.push(decodeRawUnicode(reader.line(), reader))],
  ['X', (machine, reader) => machine.push(reader.text(reader.uint32()))],
  [0x8c, (machine, reader) => machine.push(reader.text(reader.uint8()))],
  [0x8d, (machine, reader) => machine.push(reader.text(reader.uint64()))],
  ['B', (machine, reader) => machine.push(reader.bytes(reader.uint32()).slice())],
  ['C', (machine, reader) => machine.push(reader.bytes(reader.uint8()).slice())],
  [0x8e, (machine, reader) => machine.push(reader.bytes(reader.uint64()).slice())],
  [0x96, (machine, reader) => machine.push(reader.bytes(reader.uint64()).slice())],

  // Containers.
  [')', (machine) => machine.push(machine.newTuple([]))],
  [0x85, (machine) => machine.push(machine.newTuple(machine.popMany(1)))],
  [0x86, (machine) => machine.push(machine.newTuple(machine.popMany(2)))],
  [0x87, (machine) => machine.push(machine.newTuple(machine.popMany(3)))],
  ['t', (machine) => machine.push(machine.newTuple(machine.popMark()))],
  [']', (machine) => machine.push(machine.newList([]))],
  ['l', (machine) => machine.push(machine.newList(machine.popMark()))],
  ['a', (machine) => append(machine, [machine.pop()])],
  ['e', (machine) => append(machine, machine.popMark())],
  ['}', (machine) => machine.push(machine.newMap())],
  ['d', dictionary],
  ['s', setItem],
  ['u', (machine) => setItems(machine, machine.popMark())],
  [0x8f, (machine) => machine.push(machine.newSet([]))],
  [0x90, addItems],
  [0x91, (machine) => machine.push(machine.newSet(machine.popMark()))],

  // Classes and functions, which are looked up among the few that are known.
  ['c', (machine, reader) => machine.global(reader.lineText(), reader.lineText())],
  [0x93, stackGlobal],
  ['R', callFunction],
  [0x81, callFunction],
  [0x92, newObjectWithNames],
  ['o', objectOfMark],
  ['i', instance],
  ['b', (machine) => machine.build()],
  ['Q', (machine) => machine.persistent(machine.pop())],
  ['P', (machine, reader) => machine.persistent(reader.lineText())],

  // What PyTorch has no use for.
  ...[0x82, 0x83, 0x84].map((code): [number, Opcode] => [
    code,
    (machine) => refuseExtension(machine),
  ]),
  ...[0x97, 0x98].map((code): [number, Opcode] => [code, (machine) => refuseBuffer(machine)]),
];

/** The table by code. */
export const opcodes: readonly (Opcode | undefined)[] = indexed();

function indexed(): (Opcode | undefined)[] {
  const byCode = new Array<Opcode | undefined>(256).fill(undefined);
  for (const [code, opcode] of table) {
    byCode[typeof code === 'number' ? code : code.charCodeAt(0)] = opcode;
  }
  return byCode;
}

function protocol(machine: PickleMachine, reader: PickleReader): void {
  const version = reader.uint8();
  if (version > newestProtocol) {
    throw machine.refuse(
      `the pickle has protocol ${version}`,
      `save it with torch.save(..., pickle_protocol=2); protocols up to ${newestProtocol} are read`,
    );
  }
}

function memoIndex(reader: PickleReader): number {
  const index = reader.decimal(reader.lineText());
  if (typeof index !== 'number' || index < 0) throw reader.damaged('a number of the memo is wrong');
  return index;
}

function length(value: number, reader: PickleReader): number {
  if (value < 0) throw reader.damaged(`a length of ${value} is given`);
  return value;
}

function integerLine(machine: PickleMachine, reader: PickleReader): void {
  const text = reader.lineText();
  // The truth values of protocols 0 and 1.
  machine.push(text === '01' ? true : text === '00' ? false : reader.decimal(text));
}

const words: Readonly<Record<string, number>> = { nan: NaN, inf: Infinity, '-inf': -Infinity };

function floatLine(machine: PickleMachine, reader: PickleReader): void {
  const text = reader.lineText().trim();
  const word = Object.hasOwn(words, text) ? words[text] : undefined;
  if (word === undefined && !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) {
    throw reader.damaged('a line that is no number lies');
  }
  machine.push(word ?? Number(text));
}

function append(machine: PickleMachine, items: readonly PickleValue[]): void {
  const list = machine.top();
  if (!isList(list)) throw machine.refuse('something is appended to what is no list');
  for (const item of items) list.push(item);
}

function dictionary(machine: PickleMachine): void {
  const items = machine.popMark();
  machine.push(machine.newMap());
  setItems(machine, items);
}

function setItem(machine: PickleMachine): void {
  const value = machine.pop();
  setItems(machine, [machine.pop(), value]);
}

function setItems(machine: PickleMachine, items: readonly PickleValue[]): void {
  const map = machine.top();
  if (!(map instanceof Map)) throw machine.refuse('an item is set in what is no dictionary');
  if (items.length % 2 === 1) throw machine.refuse('a dictionary has a key without a value');
  for (let i = 0; i < items.length; i += 2) map.set(items[i], items[i + 1]);
}

function addItems(machine: PickleMachine): void {
  const items = machine.popMark();
  const set = machine.top();
  if (!(set instanceof Set)) throw machine.refuse('something is added to what is no set');
  for (const item of items) set.add(item);
}

function stackGlobal(machine: PickleMachine): void {
  const name = machine.pop();
  const module = machine.pop();
  if (typeof name !== 'string' || typeof module !== 'string') {
    throw machine.refuse('the name of a class is no text');
  }
  machine.global(module, name);
}

function callFunction(machine: PickleMachine): void {
  const args = machine.pop();
  machine.call(machine.pop(), args);
}

function newObjectWithNames(machine: PickleMachine): void {
  const named = machine.pop();
  if (!(named instanceof Map) || named.size > 0) {
    throw machine.refuse('an object is made with named arguments');
  }
  callFunction(machine);
}

function objectOfMark(machine: PickleMachine): void {
  const [callee = null, ...args] = machine.popMark();
  machine.call(callee, tuple(args));
}

function instance(machine: PickleMachine, reader: PickleReader): void {
  const module = reader.lineText();
  const name = reader.lineText();
  const args = machine.popMark();
  machine.global(module, name);
  machine.call(machine.pop(), tuple(args));
}

function refuseExtension(machine: PickleMachine): never {
  throw machine.refuse('a class is given by its number in a registry of Python, which no file has');
}

function refuseBuffer(machine: PickleMachine): never {
  throw machine.refuse('a buffer outside of the pickle is wanted, which no file has');
}
