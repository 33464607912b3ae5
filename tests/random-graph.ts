/** Random graphs: small programs of every kind of primitive, the same for the same seed. */

import { grad } from '../src/autodiff/index.js';
import { allocate, type DType, type TypedArray } from '../src/graph/dtype.js';
import { sizeOf } from '../src/graph/shape.js';
import { Tensor } from '../src/graph/tensor.js';
import { trace } from '../src/graph/trace.js';
import type { TracedGraph } from '../src/graph/traced-graph.js';
import { Variable } from '../src/graph/variable.js';
import {
  abs,
  add,
  argmax,
  cast,
  concatenate,
  conv2d,
  detach,
  div,
  equal,
  exp,
  expand,
  fill,
  flip,
  gatherRows,
  iota,
  less,
  matmul,
  max,
  maximum,
  maxPool2d,
  minimum,
  mul,
  neg,
  pad,
  permute,
  relu,
  reshape,
  scatterRows,
  sigmoid,
  slice,
  split,
  stack,
  sub,
  sum,
  sumPool2d,
  tanh,
  where,
} from '../src/ops/index.js';
import { Philox } from '../src/random/philox.js';
import { assignmentsOf } from './cases/case.js';

export interface RandomGraph {
  readonly graph: TracedGraph;
  readonly inputs: readonly TypedArray[];
}

/** A graph of a few inputs, variables, twenty or so operations, outputs and assignments. */
export function randomGraph(seed: number): RandomGraph {
  return new Generation(seed).run();
}

/** One step: a new tensor made of `x` and, where needed, other tensors of the graph. */
type Step = (x: Tensor, generation: Generation) => Tensor | null;

const unary: readonly ((x: Tensor) => Tensor)[] = [
  neg,
  abs,
  tanh,
  sigmoid,
  relu,
  (x) => mul(x, 0.5),
  (x) => add(x, 1),
  (x) => exp(minimum(x, 1)),
  (x) => div(x, add(abs(x), 1)),
];
const binary: readonly ((a: Tensor, b: Tensor) => Tensor)[] = [
  add,
  sub,
  (a, b) => tanh(mul(a, b)),
  maximum,
  minimum,
  (a, b) => where(less(a, b), a, mul(b, 2)),
  (a, b) => cast(equal(a, b), 'float32'),
];

const steps: readonly Step[] = [
  (x, { pick }) => pick(unary)(x),
  (x, { pick }) => pick(unary)(x),
  (x, { pick, like }) => pick(binary)(x, like(x)),
  (x, { pick, like }) => pick(binary)(like(x), x),
  (x, { pick, broadcast }) => pick(binary)(x, broadcast(x)),
  (x, { order }) => permute(x, order(x.rank)),
  (x, { order }) => permute(x, order(x.rank)),
  (x, { anotherShape }) => reshape(x, anotherShape(x.shape)),
  (x, { anotherShape }) => reshape(x, anotherShape(x.shape)),
  (x, { anotherShape, like }) => add(reshape(x, anotherShape(x.shape)), like(x, anotherShape)),
  (x, { below }) => {
    const start = x.shape.map((extent) => below(extent));
    return slice(x, { start, step: x.shape.map(() => 1 + below(2)) });
  },
  (x, { below }) => flip(x, [below(x.rank)]),
  (x, { below, small }) =>
    small(x) && expand(reshape(x, [1, ...x.shape]), [1 + below(3), ...x.shape]),
  (x, { below }) => sum(x, below(x.rank), { keepDims: true }),
  (x, { below }) => mul(sum(mul(x, x), below(x.rank)), 0.25),
  (x, { below }) => max(x, below(x.rank)),
  (x, { below }) => sub(x, max(x, below(x.rank), { keepDims: true })),
  (x, { below, like }) => {
    const index = argmax(x, below(x.rank), { keepDims: true });
    return add(mul(cast(index, 'float32'), 0.5), like(x));
  },
  (x, { below, small }) =>
    small(x) &&
    pad(x, {
      low: x.shape.map(() => below(3) - (x.size > 40 ? 1 : 0)),
      high: x.shape.map(() => below(2)),
      interior: x.shape.map(() => below(2)),
      value: below(2),
    }),
  (x, { below }) => add(x, cast(iota(x.shape, below(x.rank)), 'float32')),
  (x) => detach(x),
  (x, { below, like, pick }) => concatenate([pick(unary)(x), like(x)], below(x.rank)),
  (x, { below, like, beside }) => {
    const dim = below(x.rank);
    return concatenate([beside(x, dim), like(x), beside(x, dim)], dim);
  },
  (x, { below, like }) => stack([like(x), x], below(x.rank + 1)),
  (x, { below }) => {
    const dim = below(x.rank);
    const at = below(x.shape[dim] + 1);
    return concatenate(split(x, [at, x.shape[dim] - at], dim).reverse(), dim);
  },
  (x, { matrix, columns }) => matrix(x, (a) => matmul(a, columns(a.shape[1]))),
  (x, { matrix, columns }) => matrix(x, (a) => matmul(permute(columns(a.shape[0]), [1, 0]), a)),
  (x, { matrix, below }) =>
    matrix(x, (a) => {
      const index = cast(mul(a, 2 + below(3)), 'int32');
      return below(2) ? gatherRows(a, index) : scatterRows(a, index, { size: 1 + below(6) });
    }),
  (x, { pictures, filters, below }) =>
    pictures(x, (images) => {
      const padding = [below(3), below(2), below(2), below(3)] as const;
      const dilation = Math.min(...images.shape.slice(2)) > 2 ? 1 + below(2) : 1;
      const options = { padding, stride: 1 + below(2), dilation };
      return conv2d(images, filters(images.shape[1]), options);
    }),
  (x, { pictures, filters, below }) =>
    pictures(x, (images) => {
      const y = conv2d(images, filters(images.shape[1]), { padding: 1 + below(2) });
      return below(2) ? relu(add(y, 0.5)) : slice(y, { start: [0, 0, 1, 1] });
    }),
  (x, { pictures, below }) =>
    pictures(x, (images) => {
      const options = { kernelSize: 2, stride: 1 + below(2), padding: below(2) } as const;
      return below(2) ? maxPool2d(images, options) : sumPool2d(images, options);
    }),
];

class Generation {
  readonly #random: Philox;
  readonly #inputs: Tensor[] = [];
  readonly #data: TypedArray[] = [];
  readonly #variables: Variable[] = [];
  readonly #tensors: Tensor[] = [];

  constructor(seed: number) {
    this.#random = new Philox(seed);
  }

  run(): RandomGraph {
    const shapes = [[2, 3], [3, 2, 2], [4, 3], [1, 2, 4, 4], [5], [1], [2, 1, 3, 5]];
    for (let i = 0; i < 2; i++) this.#input(this.pick(shapes));
    for (let i = 0; i < 3; i++) this.#variable(this.pick(shapes));
    const traced = trace(() => this.#build());
    return {
      graph: {
        inputs: this.#inputs,
        outputs: traced.result,
        assignments: assignmentsOf(traced.trace),
      },
      inputs: this.#data,
    };
  }

  #build(): Tensor[] {
    this.#tensors.push(...this.#inputs, ...this.#variables);
    const count = 6 + this.below(20);
    for (let i = 0; i < count; i++) {
      const made = this.pick(steps)(this.#recent(), this);
      if (made && made.size > 0 && made.size < 400 && made.rank > 0) this.#tensors.push(made);
      if (this.below(8) === 0) this.#assign();
    }
    // Outputs are taken over at once: an assigned variable would give its new value otherwise.
    const outputs = [this.#recent(), this.#recent(), this.pick(this.#tensors)];
    if (this.below(2)) outputs.push(...this.#gradients());
    return outputs;
  }

  /** A gradient makes padding with interior, flipped filters, scatter and sums over broadcasts. */
  #gradients(): Tensor[] {
    const loss = sum(tanh(this.#recent()));
    return grad(loss, [this.pick(this.#variables), this.pick(this.#inputs)]);
  }

  #assign(): void {
    const variable = this.pick(this.#variables);
    const value = this.#sameShape(variable.shape) ?? this.pick(this.#variables);
    const chosen = this.below(3) === 0 ? add(variable, 1) : value;
    if (`${chosen.shape}` === `${variable.shape}`) variable.assign(chosen);
  }

  #input(shape: readonly number[]): void {
    this.#inputs.push(new Tensor(shape, 'float32', { kind: 'input' }));
    this.#data.push(this.#values(shape, 'float32'));
  }

  #variable(shape: readonly number[]): void {
    this.#variables.push(new Variable(this.#values(shape, 'float32'), shape, 'float32'));
  }

  #values(shape: readonly number[], dtype: DType): TypedArray {
    const data = allocate(dtype, sizeOf(shape));
    for (let i = 0; i < data.length; i++) data[i] = this.#random.normal();
    return data;
  }

  /** A tensor, more often a late one. */
  #recent(): Tensor {
    const back = Math.min(this.below(this.#tensors.length), this.below(this.#tensors.length));
    return this.#tensors[this.#tensors.length - 1 - back];
  }

  #sameShape(shape: readonly number[]): Tensor | null {
    const fitting = this.#tensors.filter((tensor) => `${tensor.shape}` === `${shape}`);
    return fitting.length > 0 ? this.pick(fitting) : null;
  }

  readonly below = (limit: number): number => this.#random.integer(limit);

  readonly pick = <T>(choices: readonly T[]): T => choices[this.below(choices.length)];

  readonly small = (x: Tensor): true | null => (x.size < 60 && x.rank < 5 ? true : null);

  readonly order = (rank: number): number[] => [...this.#random.permutation(rank)];

  /** The same elements under another shape: dimensions joined, split or of extent 1. */
  readonly anotherShape = (shape: readonly number[]): number[] => {
    const size = sizeOf(shape);
    const first = this.pick([1, 2, 3, 4, size].filter((extent) => size % extent === 0));
    const rest = size / first;
    return this.below(2) ? [first, rest] : this.pick([[rest, first], [size], [1, first, rest]]);
  };

  /** A tensor of x's shape: another of the graph, a fill, or x turned around. */
  readonly like = (x: Tensor, reshaped?: (shape: readonly number[]) => number[]): Tensor => {
    // The next shape that reshaped() draws cannot be foreseen: a fill of extent 1 always fits.
    if (reshaped) return fill(0.5, [1]);
    return this.pick([
      this.#sameShape(x.shape) ?? x,
      x,
      fill(0.25, x.shape),
      flip(x, [this.below(x.rank)]),
    ]);
  };

  /** A tensor whose extents are x's but for `dim`. */
  readonly beside = (x: Tensor, dim: number): Tensor => {
    const fits = ({ shape }: Tensor): boolean =>
      shape.length === x.rank && shape.every((extent, d) => d === dim || extent === x.shape[d]);
    return this.pick(this.#tensors.filter((tensor) => fits(tensor)).concat(x));
  };

  /** A tensor that broadcasts to x: a sum of it, or a fill. */
  readonly broadcast = (x: Tensor): Tensor =>
    this.pick([
      tanh(sum(x, this.below(x.rank), { keepDims: true })),
      slice(x, { end: x.shape.map((extent) => (this.below(2) ? 1 : extent)) }),
      fill(0.75, x.shape.slice(-1)),
    ]);

  readonly matrix = (x: Tensor, build: (a: Tensor) => Tensor): Tensor =>
    this.#bounded(build(x.rank === 2 ? x : reshape(x, [x.shape[0], x.size / x.shape[0]])));

  /** Kept small in size, most of the time. */
  #bounded(x: Tensor): Tensor {
    return this.below(3) === 0 ? x : tanh(x);
  }

  /** A matrix with `rows` rows made of a variable's elements. */
  readonly columns = (rows: number): Tensor => {
    const variable = this.pick(this.#variables);
    const row = reshape(variable, [1, variable.size]);
    return mul(add(expand(row, [rows, variable.size]), cast(iota([rows, 1], 0), 'float32')), 0.1);
  };

  readonly pictures = (x: Tensor, build: (images: Tensor) => Tensor): Tensor | null => {
    if (x.rank < 2 || x.size > 200) return null;
    const [height, width] = x.shape.slice(-2);
    if (height < 2 || width < 2) return null;
    const images = reshape(x, [1, x.size / (height * width), height, width]);
    return this.#bounded(build(images));
  };

  readonly filters = (channels: number): Tensor => {
    const variable = this.pick(this.#variables);
    const taps = slice(reshape(variable, [variable.size]), { end: [1] });
    const shape = [2, channels, 2, 2];
    return mul(cast(iota(shape, this.below(4)), 'float32'), mul(expand(taps, shape), 0.2));
  };
}
