/** Reads the configuration of a Keras layer, and notices what nobody read. */

import { quoted } from '../quoted-name.js';
import { isObject, type JsonObject, ownValue, shown } from './json-value.js';
import { malformed, notRead } from './tfjs-problem.js';
import type { LayerSpec } from './topology.js';

export type Pair = readonly [number, number];

/** What only matters to a model that is built anew or to Keras itself, and what the model's order tells. */
const harmless =
  /^(name|trainable|data_format|dtype|batch_input_shape|batch_shape|input_dtype|input_length|input_dim|activity_regularizer|seed|ragged|sparse|implementation|unroll|stateful|time_major|autocast|synchronized|\w+_(initializer|regularizer|constraint))$/;

export class LayerConfig {
  readonly fileName: string;
  /** The layer in quotes, with its class. */
  readonly what: string;
  readonly #config: JsonObject;
  readonly #read = new Set<string>();

  constructor(fileName: string, { path, className, config }: LayerSpec) {
    this.fileName = fileName;
    this.what = `${className} ${quoted(path)}`;
    this.#config = config;
  }

  number(name: string, usual: number): number {
    const value = this.#value(name) ?? usual;
    if (typeof value === 'number') return value;
    throw this.#wrong(name, 'a number');
  }

  boolean(name: string, usual: boolean): boolean {
    const value = this.#value(name) ?? usual;
    if (typeof value === 'boolean') return value;
    throw this.#wrong(name, 'true or false');
  }

  /** One of `allowed`. */
  choice<Choice extends string>(name: string, allowed: readonly Choice[], usual: Choice): Choice {
    const value = this.#value(name) ?? usual;
    const found = allowed.find((one) => one === value);
    if (found !== undefined) return found;
    throw notRead(
      this.fileName,
      `${this.what} has ${name} ${shown(value)}`,
      `one of ${allowed.join(', ')}`,
    );
  }

  /** A number for both axes, or one for each: whole and at least `least`. */
  pair(name: string, usual: Pair | null, least = 1): Pair {
    const value = this.#value(name) ?? usual;
    const both = typeof value === 'number' ? [value, value] : value;
    const fits = (n: unknown) =>
      Number.isSafeInteger(n) && (n as number) >= least && (n as number) < 2 ** 31;
    if (Array.isArray(both) && both.length === 2 && both.every(fits)) return [both[0], both[1]];
    throw this.#wrong(name, `a whole number of at least ${least}, or two of them`);
  }

  /** [top, bottom, left, right], from one number, two, or two for each axis. */
  sides(name: string): readonly [number, number, number, number] {
    const value = this.#value(name) ?? 1;
    const both = Array.isArray(value) ? value : [value, value];
    const [top, bottom, left, right] = both.flatMap((side) =>
      Array.isArray(side) ? side : [side, side],
    );
    const all = [top, bottom, left, right];
    const fits = (n: unknown) =>
      Number.isSafeInteger(n) && (n as number) >= 0 && (n as number) < 2 ** 31;
    if (both.length === 2 && all.every(fits)) return [top, bottom, left, right];
    throw this.#wrong(name, 'whole numbers for the sides');
  }

  /** A list of whole numbers. */
  whole(name: string, usual: readonly number[] | null): readonly number[] {
    const value = this.#value(name) ?? usual;
    const list = typeof value === 'number' ? [value] : value;
    if (Array.isArray(list) && list.length <= 16 && list.every(Number.isSafeInteger)) return list;
    throw this.#wrong(name, 'a list of whole numbers');
  }

  /** The extents of a shape; null, which stands for what is left over, becomes -1. */
  extents(name: string): readonly number[] {
    const value = this.#value(name);
    const list = Array.isArray(value) ? value.map((extent) => extent ?? -1) : [];
    const fits = (n: unknown) => Number.isSafeInteger(n) && (n as number) >= -1;
    if (list.length > 0 && list.length <= 16 && list.every(fits)) return list;
    throw this.#wrong(name, 'a list of extents');
  }

  /** The name of an activation; null for none. */
  activation(name = 'activation', usual: string | null = null): string | null {
    const value = this.#value(name) ?? usual;
    if (value === null || typeof value === 'string') return value;
    const kind = isObject(value) ? ownValue(value, 'class_name') : value;
    throw notRead(
      this.fileName,
      `${this.what} has the activation ${shown(kind)}`,
      'one that Keras has by name',
    );
  }

  /** Whether the layer's weights are trained. */
  get isTrainable(): boolean {
    return ownValue(this.#config, 'trainable') !== false;
  }

  /** Throws unless the option is null, absent or `allowed`. */
  expect(name: string, allowed: unknown = null): void {
    const value = this.#value(name);
    if (value === undefined || value === null || shown(value) === shown(allowed)) return;
    throw notRead(
      this.fileName,
      `${this.what} has ${name} ${shown(value)}`,
      `${shown(allowed)} there`,
    );
  }

  /** Throws for an option that nobody read: the layer may not be what it seems. */
  finish(): void {
    const rest = Object.keys(this.#config).filter((name) => {
      return !this.#read.has(name) && !harmless.test(name) && this.#config[name] !== null;
    });
    if (rest.length === 0) return;
    throw notRead(this.fileName, `${this.what} has ${quoted(rest[0])}`, 'options that are known');
  }

  #value(name: string): unknown {
    this.#read.add(name);
    return ownValue(this.#config, name);
  }

  #wrong(name: string, expected: string): Error {
    const value = shown(ownValue(this.#config, name));
    return malformed(this.fileName, `${this.what} has ${name} ${value}, which is not ${expected}`);
  }
}
