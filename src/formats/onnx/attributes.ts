/** Attributes: the attributes of one ONNX node, read by name and type, and watched so that none is overlooked. */

import { ValueError } from '../../graph/errors.js';
import type { OnnxGraph } from './model-parts.js';
import type { TensorData } from './tensor-data.js';

/** What an attribute of each kind holds; operators take none of the last three. */
interface AttributeValues {
  readonly int: number;
  readonly float: number;
  readonly string: string;
  readonly tensor: TensorData;
  readonly ints: readonly number[];
  readonly floats: readonly number[];
  readonly strings: readonly string[];
  readonly graph: OnnxGraph;
  /** The name of the attribute of a function's call whose value it takes. */
  readonly reference: string;
  readonly 'sparse tensor': null;
  readonly type: null;
  readonly list: null;
}

type Kind = keyof AttributeValues;

/** An attribute as the file has it. */
export type Attribute = {
  [K in Kind]: { readonly kind: K; readonly value: AttributeValues[K] };
}[Kind];

/** Integers come as numbers; what no number holds exactly is as near as can be, such as INT64_MAX. */
export class Attributes {
  readonly #attributes: ReadonlyMap<string, Attribute>;
  readonly #read = new Set<string>();

  constructor(attributes: ReadonlyMap<string, Attribute>) {
    this.#attributes = attributes;
  }

  has(name: string): boolean {
    this.#read.add(name);
    return this.#attributes.has(name);
  }

  /** Without `otherwise` the attribute must be there. */
  int(name: string, otherwise?: number): number {
    return this.#required('int', name, otherwise);
  }

  /** An int that stands for yes (not 0) or no. */
  flag(name: string, otherwise: boolean): boolean {
    return this.int(name, otherwise ? 1 : 0) !== 0;
  }

  float(name: string, otherwise?: number): number {
    return this.#required('float', name, otherwise);
  }

  string(name: string, otherwise?: string): string {
    return this.#required('string', name, otherwise);
  }

  /** A string that must be one of `choices`. */
  choice<Choice extends string>(
    name: string,
    choices: readonly Choice[],
    otherwise?: Choice,
  ): Choice {
    const chosen = this.string(name, otherwise);
    const found = choices.find((choice) => choice === chosen);
    if (found !== undefined) return found;
    throw new ValueError(
      `attribute '${name}' is "${chosen}"; expected ${choices.map((choice) => `"${choice}"`).join(', ')}`,
    );
  }

  ints(name: string): readonly number[] | undefined;
  ints(name: string, otherwise: readonly number[]): readonly number[];
  ints(name: string, otherwise?: readonly number[]): readonly number[] | undefined {
    return this.#get('ints', name) ?? otherwise;
  }

  floats(name: string): readonly number[] | undefined {
    return this.#get('floats', name);
  }

  strings(name: string): readonly string[] | undefined {
    return this.#get('strings', name);
  }

  tensor(name: string): TensorData | undefined {
    return this.#get('tensor', name);
  }

  graph(name: string): OnnxGraph {
    const graph = this.#get('graph', name);
    if (graph !== undefined) return graph;
    throw new ValueError(`attribute '${name}' is missing; the operator needs it (graph)`);
  }

  /** Throws ValueError when there is an attribute that was not asked for. */
  checkAllRead(): void {
    const unread = [...this.#attributes.keys()].filter((name) => !this.#read.has(name));
    if (unread.length === 0) return;
    throw new ValueError(
      `unknown attribute ${unread.map((name) => `'${name}'`).join(', ')}; ` +
        `the operator in this version takes ${[...this.#read].join(', ') || 'none'}`,
    );
  }

  #get<K extends Kind>(kind: K, name: string): AttributeValues[K] | undefined {
    this.#read.add(name);
    const attribute = this.#attributes.get(name);
    if (attribute === undefined) return undefined;
    if (attribute.kind === kind) return attribute.value as AttributeValues[K];
    throw new ValueError(`attribute '${name}' is of kind ${attribute.kind}; expected ${kind}`);
  }

  #required<K extends 'int' | 'float' | 'string'>(
    kind: K,
    name: string,
    otherwise: AttributeValues[K] | undefined,
  ): AttributeValues[K] {
    const value = this.#get(kind, name) ?? otherwise;
    if (value !== undefined) return value;
    throw new ValueError(`attribute '${name}' is missing; the operator needs it (${kind})`);
  }
}
