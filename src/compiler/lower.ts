/** Lower: turns fused groups into kernels over buffers, in an order in which every value is ready. */

import type {
  Buffer,
  BufferView,
  Expression,
  Kernel,
  MapKernel,
  PaddedView,
  Place,
  SingleKernel,
  Store,
} from '../backends/plan.js';
import { allocate } from '../graph/dtype.js';
import type { Shape } from '../graph/shape.js';
import type { Application, Tensor } from '../graph/tensor.js';
import { inputsOf, type TracedGraph } from '../graph/traced-graph.js';
import { Variable } from '../graph/variable.js';
import type { ElementwiseName, PrimitiveAttributes, StructuredName } from '../graph/vocabulary.js';
import { cheaper } from './cheaper-expressions.js';
import { coordinatesOf, Fusion, type Group, isCopy, isJoined } from './fuse.js';
import type { Layout } from './part-placement.js';
import { type Recomputed, recomputeCheap } from './recompute-cheap.js';
import { schedule } from './schedule.js';
import { fillValue } from './simplify.js';
import { contiguous, permuted, type Strided } from './strided.js';
import { pulledBack } from './view-chain.js';

export interface Lowered {
  readonly kernels: Kernel[];
  readonly inputs: Buffer[];
  readonly outputs: Buffer[];
}

/** Kernels for `graph`, with every buffer in the arena still without an address. */
export function lower(simplified: TracedGraph): Lowered {
  const lowering = new Lowering(recomputeCheap(simplified));
  return lowering.run();
}

class Lowering {
  readonly #graph: TracedGraph;
  readonly #fusion: Fusion;
  readonly #buffers = new Map<Tensor, Buffer>();
  readonly #outputs: readonly Tensor[];
  /** Tensors that need memory of their own, whoever else reads them. */
  readonly #kept: Set<Tensor>;
  #bufferCount = 0;

  constructor({ graph, copies }: Recomputed) {
    this.#graph = graph;
    this.#fusion = new Fusion(graph, copies);
    this.#outputs = graph.outputs.map((output) =>
      output.source.kind === 'input' ? output : this.#fusion.owned(output),
    );
    this.#kept = new Set(this.#outputs);
  }

  run(): Lowered {
    const inputs = this.#graph.inputs.map((input) => this.#bufferOf(input));
    const outputs = this.#outputs.map((output) => this.#bufferOf(output));
    const targets = new Map<Tensor, Buffer[]>();
    const { groups, inPlace, afterwards } = schedule(this.#fusion, this.#graph.assignments);
    for (const { value, variable } of inPlace) {
      targets.set(value, [...(targets.get(value) ?? []), this.#bufferOf(variable)]);
    }
    for (const { value } of afterwards) this.#kept.add(value);
    const kernels = groups.flatMap((group) =>
      isJoined(group) ? this.#joinKernels(group) : [this.#kernel(group, targets)],
    );
    for (const { value, variable } of afterwards) {
      kernels.push(this.#copyKernel(value, this.#bufferOf(variable)));
    }
    return { kernels, inputs, outputs };
  }

  #bufferOf(tensor: Tensor): Buffer {
    const known = this.#buffers.get(tensor);
    if (known) return known;
    const source = tensor.source;
    let place: Place = { kind: 'arena' };
    if (tensor instanceof Variable) place = { kind: 'variable', variable: tensor };
    if (source.kind === 'data') place = { kind: 'constant', data: source.data };
    if (source.kind === 'fill') {
      place = { kind: 'constant', data: allocate(tensor.dtype, 1).fill(source.value) };
    }
    const buffer: Buffer = {
      id: this.#bufferCount++,
      dtype: tensor.dtype,
      length: tensor.size,
      place,
      offset: 0,
    };
    this.#buffers.set(tensor, buffer);
    return buffer;
  }

  #view(base: Tensor, { offset, strides }: Strided): BufferView {
    return { buffer: this.#bufferOf(this.#fusion.layoutOf(base).owner), offset, strides };
  }

  /** A structured operand: any strided view, with no chain in between. */
  #operand(tensor: Tensor): BufferView {
    const { base, view } = this.#fusion.resolve(tensor);
    return this.#view(base, view);
  }

  #paddedOperand(tensor: Tensor): PaddedView {
    const absorbed = this.#fusion.absorbedPad(tensor);
    if (!absorbed) return unpadded(this.#operand(tensor), tensor.shape);
    const order = absorbed.order ?? tensor.shape.map((_, dim) => dim);
    const attributes = (absorbed.pad.source as Application)
      .attributes as PrimitiveAttributes['pad'];
    return this.#padded(inputsOf(absorbed.pad)[0], attributes, order, tensor.shape);
  }

  #padded(
    inner: Tensor,
    { low, interior, value }: PrimitiveAttributes['pad'],
    order: readonly number[],
    shape: Shape,
  ): PaddedView {
    const { base, view } = this.#fusion.resolve(inner);
    const turned = permuted(view, order);
    return {
      view: this.#view(base, turned),
      extents: turned.shape,
      low: order.map((dim) => low[dim]),
      interior: order.map((dim) => interior[dim]),
      shape,
      value,
    };
  }

  #kernel(group: Group, targets: ReadonlyMap<Tensor, readonly Buffer[]>): Kernel {
    const { root } = group;
    if (root && isCopy(group)) return this.#copyGroup(group, root, targets);
    const expressions = this.#expressions(group);
    const stores: Store[] = [];
    for (const [tensor, value] of expressions) {
      for (const view of this.#destinations(tensor, group, targets)) stores.push({ view, value });
    }
    const names = [root, group.place, ...group.members].flatMap((tensor) =>
      tensor?.source.kind === 'apply' ? [tensor.source.primitive.name] : [],
    );
    const source = (root ?? group.members[0]).source as Application;
    const base = {
      scope: source.scope,
      label: names.join(' '),
      shape: root ? root.shape : group.shape,
      stores,
    };
    if (!root) return { kind: 'map', ...base };
    if (source.primitive.kind === 'reduction') {
      return {
        kind: 'reduce',
        operation: source.primitive.name as 'sum' | 'max' | 'argmax',
        inputShape: source.inputs[0].shape,
        operands: [this.#inlineExpression(source.inputs[0], new Map())],
        ...base,
      };
    }
    return this.#structured[source.primitive.name as StructuredName](source, base);
  }

  /** Where a group's kernel writes `tensor`, which it computes. */
  #destinations(
    tensor: Tensor,
    group: Group,
    targets: ReadonlyMap<Tensor, readonly Buffer[]>,
  ): BufferView[] {
    const to = (buffer: Buffer, view: Strided): BufferView => {
      const { offset, strides } = this.#fusion.written(tensor, group, view)!;
      return { buffer, offset, strides };
    };
    const inOwner = ({ owner, view }: Layout): BufferView => to(this.#bufferOf(owner), view);
    const rowMajor = contiguous(tensor.shape);
    const destinations = (targets.get(tensor) ?? []).map((buffer) => to(buffer, rowMajor));
    // What only a variable wants is written there and nowhere else.
    const isRead = isCopy(group) || this.#fusion.isReadOutside(tensor, group);
    if (isRead && this.#needsOwnBuffer(tensor, group, targets)) {
      destinations.push(inOwner(this.#fusion.layoutOf(tensor)));
    }
    return [...destinations, ...this.#fusion.alsoStored(tensor).map(inOwner)];
  }

  #needsOwnBuffer(
    tensor: Tensor,
    group: Group,
    targets: ReadonlyMap<Tensor, readonly Buffer[]>,
  ): boolean {
    if (this.#kept.has(tensor) || !targets.has(tensor)) return true;
    return this.#fusion.isReadByOthers(tensor, group);
  }

  /** What each stored tensor of the group is, as an expression over the root's dimensions. */
  #expressions(group: Group): Map<Tensor, Expression> {
    const values = new Map<Tensor, Expression>();
    if (group.root && group.result) {
      values.set(group.result, { kind: 'result', dtype: group.root.dtype });
    }
    if (group.place) values.set(group.place, { kind: 'result', part: 'place', dtype: 'int32' });
    // One load for all members that read the same elements.
    const loads = new Map<string, Expression>();
    const load = (base: Tensor, view: Strided): Expression => {
      const key = `${this.#view(base, view).buffer.id} ${view.offset} ${view.strides}`;
      const expression = loads.get(key) ?? this.#load(base, view);
      loads.set(key, expression);
      return expression;
    };
    const once = sharing();
    for (const member of group.members) {
      const args = inputsOf(member).map((input): Expression => {
        const { base, view } = this.#fusion.resolve(input);
        return values.get(base) ?? load(base, pulledBack(view, group.chain)!);
      });
      values.set(member, once(this.#applied(member, args, group)));
    }
    return values;
  }

  #inlineExpression(tensor: Tensor, known: Map<Tensor, Expression>): Expression {
    const done = known.get(tensor);
    if (done) return done;
    let expression: Expression;
    if (this.#fusion.isInlined(tensor)) {
      const args = inputsOf(tensor).map((input) => this.#inlineExpression(input, known));
      expression = this.#applied(tensor, args, null);
    } else {
      const { base, view } = this.#fusion.resolve(tensor);
      expression = this.#load(base, view);
    }
    known.set(tensor, expression);
    return expression;
  }

  /** An elementwise node, over the dimensions of the kernel of `group`, or over its own. */
  #applied(tensor: Tensor, args: readonly Expression[], group: Group | null): Expression {
    const source = tensor.source as Application;
    const name = source.primitive.name as ElementwiseName;
    if (name !== 'iota') return cheaper({ kind: 'apply', name, args, dtype: tensor.dtype });
    // The coordinate along `dim` is a view of 0, 1, 2, ... that only `dim` walks.
    const along = coordinatesOf(tensor);
    const { strides } = group ? pulledBack(along, group.chain)! : along;
    return { kind: 'index', offset: 0, strides, dtype: 'int32' };
  }

  #load(base: Tensor, view: Strided): Expression {
    const value = fillValue(base);
    if (value !== null) return { kind: 'constant', value, dtype: base.dtype };
    return { kind: 'load', view: this.#view(base, view), dtype: base.dtype };
  }

  /** A copy of what a view sees into row-major memory. */
  #copyGroup(group: Group, root: Tensor, targets: ReadonlyMap<Tensor, readonly Buffer[]>): Kernel {
    const from = this.#fusion.resolveCopied(root);
    const value = this.#load(from.base, from.view);
    const stores = this.#destinations(root, group, targets).map((view) => ({ view, value }));
    const scope = root.source.kind === 'apply' ? root.source.scope : '';
    return { kind: 'map', scope, label: 'copy', shape: from.view.shape, stores };
  }

  /** Kernels that copy parts of a concatenation to their places, one for all parts of one shape. */
  #joinKernels({ root, copied }: Group): Kernel[] {
    const byShape = new Map<string, MapKernel & { stores: Store[] }>();
    for (const part of copied) {
      const { shape } = part.part;
      const { base, view } = this.#fusion.resolve(part.part);
      const target = this.#fusion.targetOf(part);
      const { scope } = root!.source as Application;
      const kernel = byShape.get(`${shape}`) ?? {
        kind: 'map',
        scope,
        label: 'concatenate',
        shape,
        stores: [],
      };
      byShape.set(`${shape}`, kernel);
      const { offset, strides } = target.view;
      kernel.stores.push({
        view: { buffer: this.#bufferOf(target.owner), offset, strides },
        value: this.#load(base, view),
      });
    }
    return [...byShape.values()];
  }

  #copyKernel(value: Tensor, target: Buffer): Kernel {
    const { strides } = contiguous(value.shape);
    const stores = [
      {
        view: { buffer: target, offset: 0, strides },
        value: this.#load(value, contiguous(value.shape)),
      },
    ];
    return { kind: 'map', scope: '', label: 'assign', shape: value.shape, stores };
  }

  readonly #structured: {
    [Name in StructuredName]: (source: Application, base: KernelBase) => SingleKernel;
  } = {
    matmul: ({ inputs: [a, b] }, base) => ({
      kind: 'matmul',
      depth: a.shape[2],
      a: this.#operand(a),
      b: this.#operand(b),
      ...base,
    }),
    conv2d: ({ inputs: [x, filters], attributes }, base) => ({
      kind: 'conv2d',
      input: this.#paddedOperand(x),
      filters: this.#operand(filters),
      filterShape: filters.shape,
      ...(attributes as PrimitiveAttributes['conv2d']),
      ...base,
    }),
    pad: ({ inputs: [x], attributes }, base) => ({
      kind: 'pad',
      input: this.#padded(
        x,
        attributes as PrimitiveAttributes['pad'],
        x.shape.map((_, dim) => dim),
        base.shape,
      ),
      ...base,
    }),
    windowSum: (source, base) => this.#window('sum', source, base),
    windowMax: (source, base) => this.#window('max', source, base),
    windowArgmax: (source, base) => this.#window('argmax', source, base),
    gather: ({ inputs: [x, index] }, base) => ({
      kind: 'gather',
      source: this.#operand(x),
      sourceExtent: x.shape[1],
      index: this.#operand(index),
      ...base,
    }),
    argsort: ({ inputs: [x], attributes }, base) => ({
      kind: 'argsort',
      source: this.#operand(x),
      ...(attributes as PrimitiveAttributes['argsort']),
      ...base,
    }),
    scatter: ({ inputs: [x, index], attributes }, base) => ({
      kind: 'scatter',
      operation: (attributes as PrimitiveAttributes['scatter']).operation,
      source: this.#operand(x),
      index: this.#operand(index),
      count: x.shape[1],
      ...base,
    }),
    uniform: ({ inputs: [state] }, base) => ({
      kind: 'uniform',
      state: this.#operand(state),
      ...base,
    }),
  };

  #window(
    operation: 'sum' | 'max' | 'argmax',
    { inputs: [x], attributes }: Application,
    base: KernelBase,
  ): SingleKernel {
    return {
      kind: 'window',
      operation,
      input: this.#operand(x),
      inputShape: x.shape,
      window: attributes as PrimitiveAttributes['windowSum'],
      ...base,
    };
  }
}

/** Gives one object for all expressions that compute the same of the same arguments. */
function sharing(): (expression: Expression) => Expression {
  const ids = new Map<Expression, number>();
  const known = new Map<string, Expression>();
  const idOf = (expression: Expression): number => {
    const id = ids.get(expression) ?? ids.size;
    ids.set(expression, id);
    return id;
  };
  return (expression) => {
    if (expression.kind !== 'apply') return expression;
    const { name, args, dtype } = expression;
    const key = `${name} ${dtype} ${args.map(idOf)}`;
    const first = known.get(key) ?? expression;
    known.set(key, first);
    return first;
  };
}

type KernelBase = Pick<SingleKernel, 'scope' | 'label' | 'shape' | 'stores'>;

const unpadded = (view: BufferView, shape: Shape): PaddedView => ({
  view,
  extents: shape,
  low: shape.map(() => 0),
  interior: shape.map(() => 0),
  shape,
  value: 0,
});
