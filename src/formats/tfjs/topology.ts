/** Turns the topology of a Keras model, Sequential or functional, into one list of calls of layers. */

import { quoted } from '../quoted-name.js';
import { isObject, type JsonObject, ownValue, shown } from './json-value.js';
import { malformed, notRead } from './tfjs-problem.js';

/** A layer as the file describes it. */
export interface LayerSpec {
  /** Its name, behind those of the models that it lies in: 'encoder.conv1'. */
  readonly path: string;
  /** The same names, one by one. */
  readonly names: readonly string[];
  readonly className: string;
  readonly config: JsonObject;
}

/** One use of a layer; values have numbers, in the order in which they are computed. */
export interface LayerCall {
  readonly layer: LayerSpec;
  readonly inputs: readonly number[];
  readonly output: number;
}

export interface InputSpec {
  readonly name: string;
  /** In Keras's order, without the batch; null where any extent may be. Null when nothing is said. */
  readonly shape: readonly (number | null)[] | null;
  readonly dtype: string;
}

export interface Topology {
  /** The inputs are the first values. */
  readonly inputs: readonly InputSpec[];
  readonly layers: readonly LayerSpec[];
  readonly calls: readonly LayerCall[];
  readonly outputs: readonly number[];
}

/** Models within models within models could ask for more than any memory holds: their layers count at each call. */
const MOST_STEPS = 100_000;
const MOST_DEPTH = 50;

/** The class names of models. */
const models = ['Sequential', 'Functional', 'Model'];

interface State {
  readonly fileName: string;
  readonly layers: Map<string, LayerSpec>;
  readonly calls: LayerCall[];
  values: number;
  steps: number;
}

/** Throws FormatError for what is no topology of Keras 2. */
export function readTopology(fileName: string, topology: JsonObject): Topology {
  const model = modelSpec(fileName, topology, []);
  const inputs = inputsOf(fileName, model);
  const state: State = { fileName, layers: new Map(), calls: [], values: inputs.length, steps: 0 };
  const given = inputs.map((_, i) => i);
  const outputs = callModel(state, model, given);
  return { inputs, layers: [...state.layers.values()], calls: state.calls, outputs };
}

interface ModelSpec {
  readonly path: string;
  readonly isSequential: boolean;
  readonly layers: readonly LayerSpec[];
  readonly config: JsonObject;
  /** As `layers`: the calls of each, which only functional models tell. */
  readonly inbound: readonly unknown[];
}

function modelSpec(fileName: string, json: JsonObject, outer: readonly string[]): ModelSpec {
  if (outer.length > MOST_DEPTH) throw malformed(fileName, 'models lie too deep within models');
  const path = outer.join('.');
  const className = ownValue(json, 'class_name');
  if (typeof className !== 'string' || !models.includes(className)) {
    throw notRead(fileName, `the model is a ${shown(className)}`, `one of ${models.join(', ')}`);
  }
  const inner = ownValue(json, 'config');
  const isSequential = className === 'Sequential';
  // Older files of Sequential models have the layers in place of the configuration.
  const config: JsonObject = isObject(inner) ? inner : { layers: inner };
  const list = ownValue(config, 'layers');
  if (!Array.isArray(list)) throw malformed(fileName, `model ${quoted(path)} has no layers`);
  const within = path === '' ? '' : `${path}.`;
  const layers = list.map((layer): LayerSpec => {
    const settings = isObject(layer) ? ownValue(layer, 'config') : undefined;
    const name = isObject(settings) ? ownValue(settings, 'name') : undefined;
    const kind = isObject(layer) ? ownValue(layer, 'class_name') : undefined;
    const called = name ?? (isObject(layer) ? ownValue(layer, 'name') : undefined);
    if (typeof kind !== 'string' || typeof called !== 'string' || settings === undefined) {
      throw malformed(fileName, `layer ${shown(layer)} has no name, class or configuration`);
    }
    const settled: JsonObject = isObject(settings) ? settings : { layers: settings };
    return { path: within + called, names: [...outer, called], className: kind, config: settled };
  });
  const names = new Set(layers.map((layer) => layer.path));
  if (names.size < layers.length) throw malformed(fileName, 'two layers have the same name');
  const inbound = list.map((layer: JsonObject) => ownValue(layer, 'inbound_nodes'));
  return { path, isSequential, layers, config, inbound };
}

/** The model that a layer is, or null for a layer that computes. */
function innerModel(fileName: string, { className, config, names }: LayerSpec): ModelSpec | null {
  if (!models.includes(className)) return null;
  return modelSpec(fileName, { class_name: className, config }, names);
}

function inputsOf(fileName: string, model: ModelSpec): InputSpec[] {
  if (model.isSequential) {
    const [first] = model.layers;
    const inner = first && innerModel(fileName, first);
    if (inner) return inputsOf(fileName, inner);
    return [inputSpec(first?.config ?? {}, first?.path ?? 'input')];
  }
  return referencesOf(fileName, model, 'input_layers').map(({ name }) => {
    const layer = model.layers.find(({ path }) => path === name);
    if (!layer) throw malformed(fileName, `there is no input layer ${quoted(name)}`);
    return inputSpec(layer.config, layer.path);
  });
}

function inputSpec(config: JsonObject, name: string): InputSpec {
  const batched = ownValue(config, 'batch_input_shape') ?? ownValue(config, 'batch_shape');
  const isShape = Array.isArray(batched) && batched.length > 0;
  const shape = isShape
    ? batched.slice(1).map((extent) => (typeof extent === 'number' ? extent : null))
    : null;
  const dtype = ownValue(config, 'dtype');
  return { name, shape, dtype: typeof dtype === 'string' ? dtype : 'float32' };
}

/** One tensor that a layer gives: of which of its calls, and which of its outputs. */
interface Reference {
  readonly name: string;
  readonly call: number;
  readonly output: number;
}

function reference(fileName: string, { path }: ModelSpec, value: unknown): Reference {
  const within = path === '' ? '' : `${path}.`;
  if (Array.isArray(value)) {
    const [name, call = 0, output = 0, options = {}] = value;
    const isPlace = [call, output].every((n) => Number.isSafeInteger(n) && n >= 0);
    if (typeof name === 'string' && isPlace && isObject(options)) {
      const given = Object.keys(options).find((key) => options[key] !== null);
      if (given === undefined || given === 'training') return { name: within + name, call, output };
      throw notRead(
        fileName,
        `layer ${quoted(name)} is called with ${quoted(given)}`,
        'tensors alone',
      );
    }
  }
  if (isObject(value)) {
    throw notRead(fileName, 'the topology is one of Keras 3', 'a topology of Keras 2');
  }
  throw malformed(fileName, `${shown(value)} refers to no layer`);
}

function referencesOf(
  fileName: string,
  model: ModelSpec,
  field: 'input_layers' | 'output_layers',
): Reference[] {
  const list = ownValue(model.config, field);
  if (!Array.isArray(list) || list.length === 0) {
    throw malformed(fileName, `model ${quoted(model.path)} has no "${field}"`);
  }
  // A single one may stand by itself.
  const all = typeof list[0] === 'string' ? [list] : list;
  return all.map((one) => reference(fileName, model, one));
}

/**
 * Models within models count their calls from 1, because they have called themselves once, but where they
 * were built later.
 */
function firstCalls(
  { layers }: ModelSpec,
  references: readonly Reference[],
): ReadonlyMap<string, number> {
  const within = layers.filter(({ className }) => models.includes(className));
  const fromZero = new Set(references.filter(({ call }) => call === 0).map(({ name }) => name));
  return new Map(within.map(({ path }) => [path, fromZero.has(path) ? 0 : 1]));
}

/** Adds the calls of a model with these inputs, and returns its outputs. */
function callModel(state: State, model: ModelSpec, given: readonly number[]): number[] {
  const { fileName } = state;
  state.steps += model.layers.length + 1;
  if (state.steps > MOST_STEPS)
    throw malformed(fileName, `more than ${MOST_STEPS} layers are called`);
  return model.isSequential
    ? callInSequence(state, model, given)
    : callByNodes(state, model, given);
}

function callInSequence(state: State, model: ModelSpec, given: readonly number[]): number[] {
  let values = [...given];
  for (const layer of model.layers) {
    if (layer.className === 'InputLayer') continue;
    values = callLayer(state, layer, values);
  }
  return values;
}

/** The outputs of one call of a layer, or of a model in its place. */
function callLayer(state: State, layer: LayerSpec, given: readonly number[]): number[] {
  const { fileName, layers, calls } = state;
  const inner = innerModel(fileName, layer);
  if (inner) return callModel(state, inner, given);
  layers.set(layer.path, layers.get(layer.path) ?? layer);
  const output = state.values++;
  calls.push({ layer: layers.get(layer.path)!, inputs: given, output });
  return [output];
}

/** A call that waits for its inputs. */
interface WaitingCall {
  readonly layer: LayerSpec;
  readonly call: number;
  readonly inputs: readonly Reference[];
  missing: number;
}

const keyOf = (name: string, call: number): string => `${call} ${name}`;

/** Calls layers in an order in which their inputs are there (Kahn 1962). */
function callByNodes(state: State, model: ModelSpec, given: readonly number[]): number[] {
  const { fileName } = state;
  const results = new Map<string, readonly number[]>();
  const ready: string[] = [];
  const inputs = referencesOf(fileName, model, 'input_layers');
  if (inputs.length !== given.length) {
    throw malformed(
      fileName,
      `model ${quoted(model.path)} is called with ${given.length} tensors and takes ${inputs.length}`,
    );
  }
  const outputs = referencesOf(fileName, model, 'output_layers');
  const calls = waitingCalls(fileName, model);
  const first = firstCalls(model, [...outputs, ...calls.flatMap((one) => one.inputs)]);
  const waiting = new Map<string, WaitingCall[]>();
  for (const one of calls) {
    for (const name of new Set(one.inputs.map(({ name, call }) => keyOf(name, call)))) {
      const list = waiting.get(name);
      if (list) list.push(one);
      else waiting.set(name, [one]);
      one.missing++;
    }
  }
  for (const [i, { name, call }] of inputs.entries()) {
    results.set(keyOf(name, call), [given[i]]);
    ready.push(keyOf(name, call));
  }
  const find = ({ name, call, output }: Reference): number => {
    const value = results.get(keyOf(name, call))?.[output];
    if (value !== undefined) return value;
    throw malformed(fileName, `layer ${quoted(name)} gives no tensor ${output} at call ${call}`);
  };
  for (const key of ready) {
    for (const one of waiting.get(key) ?? []) {
      if (--one.missing > 0) continue;
      const { path } = one.layer;
      const made = keyOf(path, one.call + (first.get(path) ?? 0));
      if (results.has(made)) continue;
      results.set(made, callLayer(state, one.layer, one.inputs.map(find)));
      ready.push(made);
    }
  }
  return outputs.map(find);
}

function waitingCalls(fileName: string, model: ModelSpec): WaitingCall[] {
  return model.layers.flatMap((layer, i) => {
    const nodes = model.inbound[i];
    if (layer.className === 'InputLayer') return [];
    if (!Array.isArray(nodes)) {
      throw malformed(fileName, `layer ${quoted(layer.path)} has no "inbound_nodes"`);
    }
    return nodes.map((node, call): WaitingCall => {
      if (!Array.isArray(node)) {
        if (isObject(node)) reference(fileName, model, node);
        throw malformed(fileName, `layer ${quoted(layer.path)} is called with ${shown(node)}`);
      }
      const all = typeof node[0] === 'string' ? [node] : node;
      if (all.length === 0) throw malformed(fileName, `layer ${quoted(layer.path)} has no inputs`);
      const inputs = all.map((one) => reference(fileName, model, one));
      return { layer, call, inputs, missing: 0 };
    });
  });
}
