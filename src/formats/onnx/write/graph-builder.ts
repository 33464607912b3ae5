/** GraphBuilder: collects the nodes and initialisers of an ONNX graph and gives all of them names. */

import type { DType } from '../../../graph/dtype.js';
import type { Shape } from '../../../graph/shape.js';
import type { Tensor } from '../../../graph/tensor.js';
import type { Variable } from '../../../graph/variable.js';
import type { Attribute } from '../attributes.js';
import { type ElementType, elementTypes } from '../element-type.js';
import type { OnnxNode, ValueInfo } from '../model-parts.js';
import type { HostArray } from '../tensor-data.js';
import { elementTypeFor, type GraphToWrite, type InitializerToWrite } from './graph.js';

/** A value that nodes read; its name may change until all is there. */
export interface ValueRef {
  name: string;
}

export type AttributesToWrite = Readonly<Record<string, Attribute>>;

export const int = (value: number): Attribute => ({ kind: 'int', value });
export const ints = (value: readonly number[]): Attribute => ({ kind: 'ints', value });
export const float = (value: number): Attribute => ({ kind: 'float', value });
export const text = (value: string): Attribute => ({ kind: 'string', value });

interface DraftNode {
  readonly name: string;
  readonly operator: string;
  readonly inputs: readonly (ValueRef | null)[];
  readonly outputs: readonly ValueRef[];
  readonly attributes: ReadonlyMap<string, Attribute>;
}

interface DraftTensor extends Omit<InitializerToWrite, 'name'> {
  readonly ref: ValueRef;
  /** Wanted names, best first; the last gets a number where it is taken. */
  readonly names: readonly string[];
}

export class GraphBuilder {
  readonly opset: number;
  /** The path of the layer that the next nodes belong to. */
  scope = '';
  readonly #nodes: DraftNode[] = [];
  readonly #tensors: DraftTensor[] = [];
  readonly #shared = new Map<string, ValueRef>();
  readonly #types = new Map<ValueRef, Tensor>();
  readonly #made = new Set<ValueRef>();
  readonly #inputs: ValueInfo[] = [];
  readonly #outputs: ValueInfo[] = [];
  readonly #names = new Set<string>();

  constructor(opset: number) {
    this.opset = opset;
  }

  input(name: string, { shape, dtype }: Tensor): ValueRef {
    this.#names.add(name);
    this.#inputs.push(infoOf(name, shape, dtype));
    return { name };
  }

  /** Makes `ref` an output under `name`. */
  output(name: string, ref: ValueRef, { shape, dtype }: Tensor): void {
    const isFree = this.#made.has(ref) && !this.#outputs.some((output) => output.name === ref.name);
    const made = isFree ? ref : this.node('Identity', [ref]);
    made.name = name;
    this.#names.add(name);
    this.#types.delete(made);
    this.#outputs.push(infoOf(name, shape, dtype));
  }

  /** Keeps a name from being given to anything else. */
  reserve(name: string): void {
    this.#names.add(name);
  }

  /** Adds a node with one output. */
  node(
    operator: string,
    inputs: readonly (ValueRef | null)[],
    attributes: AttributesToWrite = {},
  ): ValueRef {
    return this.nodeOf(operator, inputs, { attributes, outputs: 1 })[0];
  }

  /** Adds a node with several outputs. */
  nodeOf(
    operator: string,
    inputs: readonly (ValueRef | null)[],
    { attributes, outputs }: { attributes: AttributesToWrite; outputs: number },
  ): ValueRef[] {
    const name = this.#unique(this.#local(operator));
    const refs = Array.from({ length: outputs }, (_, place): ValueRef => {
      return { name: place === 0 ? name : this.#unique(`${name}_output`) };
    });
    for (const ref of refs) this.#made.add(ref);
    const entries = new Map(Object.entries(attributes));
    this.#nodes.push({ name, operator, inputs, outputs: refs, attributes: entries });
    return refs;
  }

  cast(ref: ValueRef, dtype: DType): ValueRef {
    return this.node('Cast', [ref], { to: int(elementTypes[elementTypeFor[dtype]].code) });
  }

  /** Notes what a node makes, for viewers. */
  describe(ref: ValueRef, tensor: Tensor): void {
    if (this.#made.has(ref)) this.#types.set(ref, tensor);
  }

  /** One number; the same numbers are one initialiser. */
  scalar(value: number, dtype: DType): ValueRef {
    const key = `${dtype} ${Object.is(value, -0) ? '-0' : value}`;
    return this.#once(key, () =>
      this.#tensor({ type: elementTypeFor[dtype], shape: [], values: hostArray([value], dtype) }, [
        'constant',
      ]),
    );
  }

  /** Whole numbers, such as axes; the same ones are one initialiser. */
  ints(values: readonly number[]): ValueRef {
    return this.#once(`int64 ${values}`, () => this.#int64(values, ['constant'], false));
  }

  /** The shape that a Reshape gives. */
  shape(values: Shape): ValueRef {
    return this.#int64(values, [this.#local('shape')], true);
  }

  /** The shape that an Expand gives. */
  expansion(values: Shape): ValueRef {
    return this.#int64(values, [this.#local('shape')], false);
  }

  constant(data: HostArray, shape: Shape, dtype: DType): ValueRef {
    return this.#tensor({ type: elementTypeFor[dtype], shape, values: data });
  }

  /** A variable, maybe under another shape of as many elements; each once. */
  variable(variable: Variable, name: string, shape: Shape): ValueRef {
    const own = `${variable.shape}` === `${shape}`;
    return this.#once(`variable ${name} ${shape}`, () =>
      this.#tensor(
        { type: elementTypeFor[variable.dtype], shape, values: variable },
        own ? [name] : [name, `${name}_reshaped`],
      ),
    );
  }

  /** What was computed from a variable. */
  derived(data: HostArray, { shape, dtype }: Tensor, name: string): ValueRef {
    return this.#tensor({ type: elementTypeFor[dtype], shape, values: data }, [name]);
  }

  finish(name: string, metadata: Readonly<Record<string, string>>): GraphToWrite {
    this.#nameTensors();
    const nodes = this.#nodes.map(
      ({ inputs, outputs, ...node }): OnnxNode => ({
        ...node,
        domain: '',
        inputs: inputs.map((ref) => ref?.name ?? ''),
        outputs: outputs.map((ref) => ref.name),
      }),
    );
    return {
      name,
      opset: this.opset,
      nodes,
      initializers: this.#tensors.map(({ ref, names: _, ...tensor }) => ({
        ...tensor,
        name: ref.name,
      })),
      inputs: this.#inputs,
      outputs: this.#outputs,
      metadata,
      values: [...this.#types].map(([ref, { shape, dtype }]) => infoOf(ref.name, shape, dtype)),
    };
  }

  /** First what wants one name only: a parameter goes before a reshaped copy of it. */
  #nameTensors(): void {
    const order = [...this.#tensors].sort((a, b) => a.names.length - b.names.length);
    for (const { ref, names } of order) {
      ref.name = this.#unique(names.find((name) => !this.#names.has(name)) ?? names.at(-1)!);
    }
  }

  #int64(values: readonly number[], names: readonly string[], isShape: boolean): ValueRef {
    const data = BigInt64Array.from(values, BigInt);
    return this.#tensor({ type: 'int64', shape: [values.length], values: data, isShape }, names);
  }

  #tensor(
    tensor: { type: ElementType; shape: Shape; values: HostArray | Variable; isShape?: boolean },
    names: readonly string[] = [this.#local('constant')],
  ): ValueRef {
    const ref = { name: '' };
    this.#tensors.push({ isShape: false, ...tensor, ref, names });
    return ref;
  }

  #once(key: string, make: () => ValueRef): ValueRef {
    const known = this.#shared.get(key);
    if (known) return known;
    const made = make();
    this.#shared.set(key, made);
    return made;
  }

  #local(name: string): string {
    return this.scope === '' ? name : `${this.scope}/${name}`;
  }

  #unique(wanted: string): string {
    let name = wanted;
    for (let count = 2; this.#names.has(name); count++) name = `${wanted}_${count}`;
    this.#names.add(name);
    return name;
  }
}

const infoOf = (name: string, shape: Shape, dtype: DType): ValueInfo => ({
  name,
  shape,
  typeCode: elementTypes[elementTypeFor[dtype]].code,
});

function hostArray(values: readonly number[], dtype: DType): HostArray {
  if (dtype === 'float32') return Float32Array.from(values);
  return dtype === 'int32' ? Int32Array.from(values) : Uint8Array.from(values);
}
