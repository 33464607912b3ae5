/** A WebAssembly assembler: typed values, functions with locals and structured loops, and the module's bytes. */

export type ValueType = 'i32' | 'f32' | 'f64' | 'v128';

const typeCodes: Record<ValueType, number> = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b };

/** Code that leaves one value of `type` on the stack. */
export interface Value<Type extends ValueType = ValueType> {
  readonly type: Type;
  readonly code: readonly number[];
}

export interface Local<Type extends ValueType = ValueType> extends Value<Type> {
  readonly index: number;
}

export interface I32 extends Value<'i32'> {
  /** The number, where it is known while code is generated. */
  readonly constant?: number;
}
export type V128 = Value<'v128'>;

export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  do {
    const low = value & 0x7f;
    value = Math.floor(value / 128);
    bytes.push(value > 0 ? low | 0x80 : low);
  } while (value > 0);
  return bytes;
}

export function signed(value: number): number[] {
  const bytes: number[] = [];
  for (;;) {
    const low = value & 0x7f;
    value >>= 7;
    const done = (value === 0 && !(low & 0x40)) || (value === -1 && (low & 0x40) !== 0);
    bytes.push(done ? low : low | 0x80);
    if (done) return bytes;
  }
}

/** Bytes of an instruction behind its arguments. */
export function instruction<Type extends ValueType>(
  type: Type,
  opcode: readonly number[],
  ...args: readonly Value[]
): Value<Type> {
  const code: number[] = [];
  for (const arg of args) append(code, arg.code);
  append(code, opcode);
  return { type, code };
}

function append(target: number[], bytes: readonly number[]): void {
  for (const byte of bytes) target.push(byte);
}

/** Alignment hint and offset of a memory access; the hint is 1 byte, so that any address is allowed. */
export const memoryArgument = (offset: number): number[] => [0, ...unsigned(offset)];

export const i32 = {
  const: (value: number): I32 => ({
    type: 'i32',
    code: [0x41, ...signed(value | 0)],
    constant: value,
  }),
  add: (a: I32, b: I32 | number): I32 => offsetBy(a, b),
  sub: (a: I32, b: I32 | number): I32 => instruction('i32', [0x6b], a, asI32(b)),
  mul: (a: I32, b: I32 | number): I32 => {
    const factor = typeof b === 'number' ? b : null;
    if (factor === 1) return a;
    if (factor === 0) return i32.const(0);
    if (factor !== null && factor > 0 && Number.isInteger(Math.log2(factor))) {
      return instruction('i32', [0x74], a, i32.const(Math.log2(factor)));
    }
    return instruction('i32', [0x6c], a, asI32(b));
  },
  divU: (a: I32, b: I32 | number): I32 => (b === 1 ? a : instruction('i32', [0x6e], a, asI32(b))),
  remU: (a: I32, b: I32 | number): I32 => instruction('i32', [0x70], a, asI32(b)),
  shrU: (a: I32, b: I32 | number): I32 => instruction('i32', [0x76], a, asI32(b)),
  xor: (a: I32, b: I32 | number): I32 => instruction('i32', [0x73], a, asI32(b)),
  eqz: (a: I32): I32 => instruction('i32', [0x45], a),
  eq: (a: I32, b: I32 | number): I32 => instruction('i32', [0x46], a, asI32(b)),
  ne: (a: I32, b: I32 | number): I32 => instruction('i32', [0x47], a, asI32(b)),
  ltS: (a: I32, b: I32 | number): I32 => instruction('i32', [0x48], a, asI32(b)),
  ltU: (a: I32, b: I32 | number): I32 => instruction('i32', [0x49], a, asI32(b)),
  gtS: (a: I32, b: I32 | number): I32 => instruction('i32', [0x4a], a, asI32(b)),
  leS: (a: I32, b: I32 | number): I32 => instruction('i32', [0x4c], a, asI32(b)),
  geS: (a: I32, b: I32 | number): I32 => instruction('i32', [0x4e], a, asI32(b)),
  and: (a: I32, b: I32 | number): I32 => instruction('i32', [0x71], a, asI32(b)),
  /** condition ? a : b */
  select: (condition: I32, a: I32, b: I32): I32 => instruction('i32', [0x1b], a, b, condition),
  load: (address: I32, offset = 0): I32 =>
    instruction('i32', [0x28, ...memoryArgument(offset)], address),
  load8: (address: I32, offset = 0): I32 =>
    instruction('i32', [0x2d, ...memoryArgument(offset)], address),
  min: (a: I32, b: I32): I32 => i32.select(i32.ltS(a, b), a, b),
  max: (a: I32, b: I32): I32 => i32.select(i32.ltS(a, b), b, a),
};

const asI32 = (value: I32 | number): I32 => (typeof value === 'number' ? i32.const(value) : value);

function offsetBy(a: I32, b: I32 | number): I32 {
  if (b === 0) return a;
  return instruction('i32', [0x6a], a, asI32(b));
}

export interface FunctionType {
  readonly params: readonly ValueType[];
  readonly result?: ValueType;
}

/** Anything that a function can call: an import or a function of the module. */
export interface Callable {
  readonly index: number;
  readonly type: FunctionType;
}

/** A function under construction. */
export class Func implements Callable {
  readonly index: number;
  readonly type: FunctionType;
  readonly #locals: ValueType[] = [];
  readonly #constants = new Map<string, Local<'v128'>>();
  readonly #start: number[] = [];
  #body: number[] = [];
  #depth = 0;

  constructor(index: number, type: FunctionType) {
    this.index = index;
    this.type = type;
  }

  param<Type extends ValueType>(position: number, type: Type): Local<Type> {
    return { type, index: position, code: [0x20, ...unsigned(position)] };
  }

  local<Type extends ValueType>(type: Type): Local<Type> {
    const index = this.type.params.length + this.#locals.length;
    this.#locals.push(type);
    return { type, index, code: [0x20, ...unsigned(index)] };
  }

  /** A new local that holds `value`. */
  hold<Type extends ValueType>(value: Value<Type>): Local<Type> {
    const local = this.local(value.type);
    this.set(local, value);
    return local;
  }

  /**
   * A local that holds a constant from the function's beginning on. Some engines make a constant anew
   * wherever the code says it, in every pass of a loop.
   */
  constant(value: V128): Local<'v128'> {
    const key = value.code.join();
    const known = this.#constants.get(key);
    if (known) return known;
    const local = this.local('v128');
    append(this.#start, [...value.code, 0x21, ...unsigned(local.index)]);
    this.#constants.set(key, local);
    return local;
  }

  set<Type extends ValueType>(local: Local<Type>, value: Value<Type>): void {
    this.emit(value.code, [0x21, ...unsigned(local.index)]);
  }

  emit(...pieces: readonly (readonly number[])[]): void {
    for (const piece of pieces) append(this.#body, piece);
  }

  /** An instruction that leaves nothing, such as a store. */
  effect(opcode: readonly number[], ...args: readonly Value[]): void {
    for (const arg of args) append(this.#body, arg.code);
    append(this.#body, opcode);
  }

  call(target: Callable, ...args: readonly Value[]): void {
    this.effect([0x10, ...unsigned(target.index)], ...args);
  }

  drop(value: Value): void {
    this.emit(value.code, [0x1a]);
  }

  unreachable(): void {
    this.emit([0x00]);
  }

  return(value?: Value): void {
    if (value) this.emit(value.code);
    this.emit([0x0f]);
  }

  if(condition: I32, then: () => void, otherwise?: () => void): void {
    this.emit(condition.code, [0x04, 0x40]);
    this.#nested(then);
    if (otherwise) {
      this.emit([0x05]);
      this.#nested(otherwise);
    }
    this.emit([0x0b]);
  }

  /** A block that `body` can leave early through the function that it is given. */
  block(body: (leaveIf: (condition: I32) => void) => void): void {
    this.emit([0x02, 0x40]);
    this.#nested(() => {
      const inside = this.#depth;
      body((condition) => this.emit(condition.code, [0x0d, ...unsigned(this.#depth - inside)]));
    });
    this.emit([0x0b]);
  }

  /** Repeats while `condition` holds, tested at the end: the body runs at least once. */
  doWhile(body: () => void, condition: () => I32): void {
    this.emit([0x03, 0x40]);
    this.#nested(body);
    this.emit(condition().code, [0x0d, 0x00, 0x0b]);
  }

  /** Repeats while `condition` holds, tested before each pass. */
  while(condition: () => I32, body: () => void): void {
    this.if(condition(), () => this.doWhile(body, condition));
  }

  /** for (i = from; i < to; i += step) body; `to` must not change inside. */
  for(i: Local<'i32'>, from: I32 | number, to: I32 | number, step: number, body: () => void): void {
    const first = asI32(from);
    this.set(i, first);
    const loop = (end: I32): void =>
      this.doWhile(
        () => {
          body();
          this.set(i, i32.add(i, step));
        },
        () => i32.ltS(i, end),
      );
    if (typeof from === 'number' && typeof to === 'number') {
      if (from >= to) return;
      if (from + step >= to) body();
      else loop(i32.const(to));
      return;
    }
    const end = typeof to === 'number' ? i32.const(to) : this.#stable(to);
    this.if(i32.ltS(i, end), () => loop(end));
  }

  /** A value that may be read many times: itself where it is a local, else a local that holds it. */
  #stable(value: I32): I32 {
    return 'index' in value ? value : this.hold(value);
  }

  /** Code of the body so far; grows no more. */
  bytes(): number[] {
    const locals: number[] = [];
    let runs = 0;
    for (let i = 0; i < this.#locals.length; ) {
      let count = 1;
      while (this.#locals[i + count] === this.#locals[i]) count++;
      append(locals, [...unsigned(count), typeCodes[this.#locals[i]]]);
      i += count;
      runs++;
    }
    const code = [...unsigned(runs), ...locals];
    append(code, this.#start);
    append(code, this.#body);
    code.push(0x0b);
    return code;
  }

  #nested(body: () => void): void {
    this.#depth++;
    body();
    this.#depth--;
  }
}

export interface MemoryImport {
  readonly initialPages: number;
  readonly maximumPages: number;
  readonly shared: boolean;
}

/** A module under construction: imports first, then functions, then its bytes. */
export class ModuleBuilder {
  readonly #memory: MemoryImport;
  readonly #functions: Func[] = [];
  readonly #exports: { name: string; index: number }[] = [];

  constructor(memory: MemoryImport) {
    this.#memory = memory;
  }

  function(type: FunctionType): Func {
    const func = new Func(this.#functions.length, type);
    this.#functions.push(func);
    return func;
  }

  export(name: string, func: Func): void {
    this.#exports.push({ name, index: func.index });
  }

  bytes(): Uint8Array<ArrayBuffer> {
    const types: string[] = [];
    const typeBytes: number[][] = [];
    const typeIndices = this.#functions.map(({ type }) => {
      const key = `${type.params} ${type.result}`;
      if (!types.includes(key)) {
        types.push(key);
        const results = type.result ? [1, typeCodes[type.result]] : [0];
        typeBytes.push([
          0x60,
          type.params.length,
          ...type.params.map((t) => typeCodes[t]),
          ...results,
        ]);
      }
      return types.indexOf(key);
    });
    const { initialPages, maximumPages, shared } = this.#memory;
    const memoryImport = [
      ...name('env'),
      ...name('memory'),
      0x02,
      shared ? 0x03 : 0x01,
      ...unsigned(initialPages),
      ...unsigned(maximumPages),
    ];
    const sections = [
      section(1, vector(typeBytes)),
      section(2, vector([memoryImport])),
      section(3, vector(typeIndices.map((index) => unsigned(index)))),
      section(7, vector(this.#exports.map((e) => [...name(e.name), 0x00, ...unsigned(e.index)]))),
      section(
        10,
        vector(
          this.#functions.map((func) => {
            const code = func.bytes();
            const sized = unsigned(code.length);
            append(sized, code);
            return sized;
          }),
        ),
      ),
    ];
    const bytes = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
    for (const part of sections) append(bytes, part);
    return new Uint8Array(bytes);
  }
}

function name(text: string): number[] {
  return [...unsigned(text.length), ...new TextEncoder().encode(text)];
}

function vector(items: readonly (readonly number[])[]): number[] {
  const bytes = unsigned(items.length);
  for (const item of items) append(bytes, item);
  return bytes;
}

function section(id: number, content: readonly number[]): number[] {
  const bytes = [id, ...unsigned(content.length)];
  append(bytes, content);
  return bytes;
}
