/** What a layer is: its kind, windows and multiply-adds, told from what it computes, and from its name where that says more. */

import type { Application, Tensor } from '../graph/tensor.js';
import { inputsOf, topologicalOrder } from '../graph/traced-graph.js';
import type { PrimitiveAttributes, PrimitiveName } from '../graph/vocabulary.js';
import { Parameter } from '../nn/index.js';
import type { Unit } from './layer-graph.js';

export type LayerKind =
  | 'input'
  | 'convolution'
  | 'pooling'
  | 'linear'
  | 'normalization'
  | 'activation'
  | 'dropout'
  | 'sum'
  | 'concatenation'
  | 'softmax'
  | 'view'
  | 'other';

export interface LayerFacts {
  readonly kind: LayerKind;
  /** In a word or two, such as `conv`, `max pool` or `ReLU`. */
  readonly operation: string;
  /** Of convolutions and windows: [height, width]; null for others and where windows fit the picture. */
  readonly kernel: readonly [number, number] | null;
  readonly stride: readonly [number, number] | null;
  /** Of convolutions. */
  readonly groups: number;
  /** Of products with filters and matrices, for the whole batch. */
  readonly multiplyAdds: number;
}

/** By the first word of a module's description, or the operator of an ONNX node. */
const byName: readonly (readonly [pattern: RegExp, kind: LayerKind])[] = [
  [/^Input$/, 'input'],
  [/Pool|Subsampling/i, 'pooling'],
  [/Norm|LRN/, 'normalization'],
  [/Dropout/, 'dropout'],
  [/Softmax/i, 'softmax'],
  [/^(Flatten|Unflatten|Reshape|Transpose|Squeeze|Unsqueeze|Identity|Cast|Pad)$/, 'view'],
  [/Conv/, 'convolution'],
  [/^(Linear|Gemm|MatMul|Bilinear)$/, 'linear'],
];

export function describeLayer(unit: Unit, live: ReadonlySet<Tensor>): LayerFacts {
  const applications = unit.tensors.flatMap(({ source }) =>
    source.kind === 'apply' ? source : [],
  );
  const name = unit.layer.split(' ')[0];
  const kind = byName.find(([pattern]) => pattern.test(name))?.[1] ?? kindOf(unit, live);
  return {
    kind,
    operation: operationOf(kind, { name, applications, unit }),
    ...windowsOf(kind, { applications, unit }),
    multiplyAdds: sumOf(unit.tensors.map((tensor) => productsOf(tensor, live))),
  };
}

type Windows = Pick<LayerFacts, 'kernel' | 'stride' | 'groups'>;

function windowsOf(
  kind: LayerKind,
  { applications, unit }: { applications: readonly Application[]; unit: Unit },
): Windows {
  const convolution = applications.find(({ primitive }) => primitive.name === 'conv2d');
  if (convolution) {
    const [x, { shape }] = convolution.inputs;
    const { stride } = attributesOf(convolution, 'conv2d');
    const kernel = [shape[3], shape[4]] as const;
    return { kernel, stride: spreadOf(x)?.factor ?? stride, groups: shape[0] };
  }
  // Some convolutions are computed as a product of matrices.
  const filters = unit.parameters.find(({ rank }) => rank === 4)?.shape;
  if (kind === 'convolution' && filters) {
    return { kernel: [filters[2], filters[3]], stride: null, groups: 1 };
  }
  const window = kind === 'pooling' ? windowOf(applications) : null;
  return { kernel: window?.kernel ?? null, stride: window?.stride ?? null, groups: 1 };
}

/** Where a transposed convolution sets its input apart: by how much, and what that was. */
function spreadOf({ source }: Tensor) {
  if (source.kind !== 'apply' || source.primitive.name !== 'pad') return null;
  const { interior } = attributesOf(source, 'pad');
  if (interior.every((n) => n === 0)) return null;
  const [rows, columns] = interior.slice(-2);
  return { factor: [rows + 1, columns + 1] as const, input: source.inputs[0] };
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

const attributesOf = <Name extends PrimitiveName>(
  { attributes }: Application,
  _: Name,
): PrimitiveAttributes[Name] => attributes as PrimitiveAttributes[Name];

const windowNames: readonly PrimitiveName[] = ['windowSum', 'windowMax', 'windowArgmax'];

/** The extents of all windows of a layer together: some operations look along one axis at a time. */
function windowOf(applications: readonly Application[]) {
  const windows = applications
    .filter(({ primitive }) => windowNames.includes(primitive.name))
    .map((application) => attributesOf(application, 'windowMax'));
  if (windows.length === 0) return null;
  const largest = (part: 'kernel' | 'stride', axis: 0 | 1) =>
    Math.max(...windows.map((window) => window[part][axis]));
  return {
    kernel: [largest('kernel', 0), largest('kernel', 1)] as const,
    stride: [largest('stride', 0), largest('stride', 1)] as const,
  };
}

/** The kind of what no name tells, from the primitives. */
function kindOf({ tensors, layer }: Unit, live: ReadonlySet<Tensor>): LayerKind {
  const names = namesOf(tensors);
  const joined =
    tensors.length === 1 ? new Set(inputsOf(tensors[0]).filter((x) => live.has(x))) : null;
  if (names.has('conv2d')) return 'convolution';
  if (names.has('matmul')) return 'linear';
  if (windowNames.some((name) => names.has(name))) return 'pooling';
  if (joined && joined.size > 1) {
    if (names.has('concatenate')) return 'concatenation';
    if (names.has('add')) return 'sum';
    return 'other';
  }
  if (names.has('sum') && names.has('exp')) return 'softmax';
  if (names.has('sum') && names.has('sqrt')) return 'normalization';
  if (layer === '' && (names.has('sum') || names.has('max')) && keepsChannels(tensors))
    return 'pooling';
  const reduced = ['sum', 'max', 'argmax'].some((name) => names.has(name as PrimitiveName));
  const moved = ['gather', 'scatter', 'argsort', 'concatenate'].some((name) =>
    names.has(name as PrimitiveName),
  );
  if (reduced || moved) return 'other';
  const curved = [...names].some((name) => nonlinear.has(name));
  if (curved) return 'activation';
  const [output] = tensors.slice(-1);
  const looked = [...names].every((name) => unchanged.has(name));
  // Repeating rows and columns is only another view of them, and yet enlarges pictures.
  return looked && output.size === inputsOf(tensors[0])[0].size ? 'view' : 'other';
}

const nonlinear: ReadonlySet<PrimitiveName> = new Set<PrimitiveName>([
  'maximum',
  'minimum',
  'where',
  'tanh',
  'sigmoid',
  'exp',
  'erf',
  'expm1',
  'log1p',
]);

const unchanged: ReadonlySet<PrimitiveName> = new Set<PrimitiveName>([
  'reshape',
  'permute',
  'expand',
  'slice',
  'detach',
  'pad',
  'cast',
]);

/** Whether it reduces rows and columns of [N, C, H, W] and nothing else. */
const keepsChannels = (tensors: readonly Tensor[]): boolean => {
  const [input] = inputsOf(tensors[0]);
  const { shape } = tensors[tensors.length - 1];
  return input.rank === 4 && shape[1] === input.shape[1] && shape.slice(2).every((n) => n === 1);
};

const namesOf = (tensors: readonly Tensor[]): Set<PrimitiveName> =>
  new Set(
    tensors.flatMap(({ source }) => (source.kind === 'apply' ? [source.primitive.name] : [])),
  );

/** As drawings and tables call what layers do. */
const spoken: Readonly<Record<string, string>> = {
  Relu: 'ReLU',
  Relu6: 'ReLU6',
  LeakyRelu: 'leaky ReLU',
  PRelu: 'PReLU',
  Tanh: 'tanh',
  Sigmoid: 'sigmoid',
  Gelu: 'GELU',
  Silu: 'SiLU',
  Elu: 'ELU',
  Selu: 'SELU',
  BatchNorm1d: 'batch norm',
  BatchNorm2d: 'batch norm',
  BatchNormalization: 'batch norm',
  LocalResponseNorm: 'response norm',
  LRN: 'response norm',
  LayerNorm: 'layer norm',
  LayerNormalization: 'layer norm',
  GroupNorm: 'group norm',
  Dropout: 'dropout',
  Softmax: 'softmax',
  LogSoftmax: 'log softmax',
  Subsampling: 'subsampling',
  Upsample: 'upsample',
};

interface Described {
  readonly name: string;
  readonly applications: readonly Application[];
  readonly unit: Unit;
}

function operationOf(kind: LayerKind, { name, applications, unit }: Described): string {
  if (Object.hasOwn(spoken, name)) return spoken[name];
  const names = namesOf(unit.tensors);
  switch (kind) {
    case 'input':
      return 'input';
    case 'convolution': {
      const spread = applications.some(
        ({ primitive, inputs }) => primitive.name === 'conv2d' && spreadOf(inputs[0]),
      );
      return spread || /Transpose/.test(name) ? 'transposed conv' : 'conv';
    }
    case 'pooling': {
      const most = names.has('windowMax') || names.has('max');
      const whole = unit.tensors[unit.tensors.length - 1].shape.slice(2).every((n) => n === 1);
      return `${whole ? 'global ' : ''}${most ? 'max' : /Sum/.test(name) ? 'sum' : 'avg'} pool`;
    }
    case 'linear':
      return 'fc';
    case 'sum':
      return 'add';
    case 'concatenation':
      return 'concat';
    case 'softmax':
      return names.has('log') ? 'log softmax' : 'softmax';
    case 'normalization':
      return name || 'norm';
    case 'dropout':
      return 'dropout';
    default:
      return name || functionName(names);
  }
}

/** A name for a function of one input. */
function functionName(names: ReadonlySet<PrimitiveName>): string {
  const only = (...allowed: PrimitiveName[]) => [...names].every((name) => allowed.includes(name));
  if (only('where', 'less', 'equal', 'or') || only('maximum')) return 'ReLU';
  if (only('sigmoid', 'mul') && names.size === 2) return 'SiLU';
  const [first] = names;
  if (names.size === 1) return first === 'mul' ? 'multiply' : first;
  const telling = [...names].filter((name) => nonlinear.has(name));
  return telling[0] ?? first;
}

/** Multiply-adds of a product: of each output position with every weight, those that are always zero apart. */
function productsOf({ source, shape }: Tensor, live: ReadonlySet<Tensor>): number {
  if (source.kind !== 'apply') return 0;
  const { name } = source.primitive;
  const [x, weight] = source.inputs;
  if (name === 'matmul') return shape[0] * shape[1] * shape[2] * x.shape[2];
  if (name !== 'conv2d') return 0;
  // Zeros between the elements of a transposed convolution's input are not counted.
  const [, batch, , rows, columns] = spreadOf(x)?.input.shape ?? [
    0,
    shape[1],
    0,
    shape[3],
    shape[4],
  ];
  const positions = batch * rows * columns;
  return positions * Math.min(weight.size, storedSize(weight, live));
}

/** How many parameters a filter is made of; those of partly connected maps have fewer than the filter. */
function storedSize(weight: Tensor, live: ReadonlySet<Tensor>): number {
  if (live.has(weight)) return weight.size;
  const parameters = topologicalOrder([weight]).filter((tensor) => tensor instanceof Parameter);
  return parameters.length === 0 ? weight.size : sumOf(parameters.map(({ size }) => size));
}
