/** The machine that a pickle's opcodes work on: a stack with marks, a memo, and the few calls that are known. */

import { FormatError } from '../format-error.js';
import { knownGlobal } from './known-globals.js';
import { damagedMend, type PickleReader } from './pickle-reader.js';
import { isTuple, KnownGlobal, type PickleValue, tuple } from './pickle-value.js';
import { refusedGlobal } from './refused-global.js';

/** Gives the object that lies outside of the pickle under an identifier. */
export type PersistentLoad = (id: PickleValue, machine: PickleMachine) => PickleValue;

/** Containers need far more memory than the byte that makes one; a tensor takes about five. */
const mostContainers = 1_000_000;
/** Items and characters that calls may copy: a call takes few bytes, however long the list that it is given. */
const mostCopied = 2 ** 23;

const emptyTuple = tuple([]);

/** The stack, the marks on it and the memo of one pickle. */
export class PickleMachine {
  readonly reader: PickleReader;
  readonly #persistentLoad: PersistentLoad;
  readonly #stack: PickleValue[] = [];
  /** Heights of the stack; nothing below the last mark can be popped before the mark is. */
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, PickleValue>();
  #containers = 0;
  #copied = 0;

  constructor(reader: PickleReader, persistentLoad: PersistentLoad) {
    this.reader = reader;
    this.#persistentLoad = persistentLoad;
  }

  refuse = (happened: string, mend: string = damagedMend): FormatError =>
    new FormatError(this.reader.place.fileName, {
      happened: `${happened} at ${this.reader.where}`,
      expected: 'a pickle as PyTorch writes it',
      mend,
    });

  push(value: PickleValue): void {
    this.#stack.push(value);
  }

  top(): PickleValue {
    if (this.#stack.length <= (this.#marks.at(-1) ?? 0)) throw this.#underflow();
    return this.#stack[this.#stack.length - 1];
  }

  pop(): PickleValue {
    const value = this.top();
    this.#stack.pop();
    return value;
  }

  mark(): void {
    this.#marks.push(this.#stack.length);
  }

  /** Pops the value on top, or the mark where one is. */
  popOrMark(): void {
    if (this.#marks.at(-1) === this.#stack.length) this.#marks.pop();
    else this.pop();
  }

  /** Pops all down to the last mark, and the mark. */
  popMark(): PickleValue[] {
    const height = this.#marks.pop();
    if (height === undefined) throw this.refuse('there is no mark on the stack');
    return this.#stack.splice(height);
  }

  result(): PickleValue {
    if (this.#marks.length > 0 || this.#stack.length !== 1) {
      throw this.refuse(`the pickle stops with ${this.#stack.length} values on its stack`);
    }
    return this.pop();
  }

  store(index: number): void {
    this.#memo.set(index, this.top());
  }

  /** Stores under the next free number. */
  memoize(): void {
    this.store(this.#memo.size);
  }

  fetch(index: number): void {
    const value = this.#memo.get(index);
    if (value === undefined) throw this.refuse(`nothing is remembered as ${index}`);
    this.push(value);
  }

  newList(items: PickleValue[]): PickleValue[] {
    this.#countContainer();
    return items;
  }

  newTuple(items: PickleValue[]): readonly PickleValue[] {
    if (items.length === 0) return emptyTuple;
    this.#countContainer();
    return tuple(items);
  }

  newMap(): Map<PickleValue, PickleValue> {
    this.#countContainer();
    return new Map();
  }

  newSet(items: readonly PickleValue[]): Set<PickleValue> {
    this.#countContainer();
    return new Set(items);
  }

  /** Pushes what stands for a class or function of Python. */
  global(module: string, name: string): void {
    const value = knownGlobal(module, name);
    if (value === undefined) throw refusedGlobal(module, name, this.reader);
    this.push(value);
  }

  call(callee: PickleValue, args: PickleValue): void {
    if (!(callee instanceof KnownGlobal) || !callee.call) {
      const what = callee instanceof KnownGlobal ? `\`${callee.name}\`` : 'a value';
      throw this.refuse(`${what} is called, which is no function`);
    }
    if (!isTuple(args)) throw this.refuse(`\`${callee.name}\` is called with no tuple`);
    for (const arg of args) this.#copied += lengthOf(arg);
    if (this.#copied > mostCopied) {
      throw this.refuse(`calls are given more than ${mostCopied} items and characters`);
    }
    const value = callee.call(args, this.refuse);
    if (value instanceof Map || value instanceof Set) this.#countContainer();
    this.push(value);
  }

  /** Gives an object its attributes: only ordered dictionaries have some, and they say nothing of the weights. */
  build(): void {
    this.pop();
    if (!(this.top() instanceof Map)) throw this.refuse('attributes are set on what has none');
  }

  persistent(id: PickleValue): void {
    this.push(this.#persistentLoad(id, this));
  }

  /** Pops `length` values, the last one first. */
  popMany(length: number): PickleValue[] {
    const items: PickleValue[] = [];
    for (let i = 0; i < length; i++) items.unshift(this.pop());
    return items;
  }

  #countContainer(): void {
    if (++this.#containers > mostContainers) {
      throw this.refuse(`there are more than ${mostContainers} containers`);
    }
  }

  #underflow(): FormatError {
    return this.refuse('the stack is empty');
  }
}

function lengthOf(value: PickleValue): number {
  if (value instanceof Map || value instanceof Set) return value.size;
  return typeof value === 'string' || Array.isArray(value) ? value.length : 0;
}
