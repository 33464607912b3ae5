/** Functions between modules (the sum of a shortcut, a ReLU, pooling, joined branches), found in the graph of tensors. */

import type { Application, Tensor } from '../graph/tensor.js';
import { inputsOf } from '../graph/traced-graph.js';
import type { PrimitiveName, ReductionAttributes } from '../graph/vocabulary.js';
import type { Unit } from './layer-graph.js';

/** How a tensor takes part in a function. */
type Role = 'view' | 'soft' | 'hard';

/** Computed element by element or by sums: several of them in a row are one function, such as a softmax. */
const soft: ReadonlySet<string> = new Set(['elementwise', 'reduction']);
const views: ReadonlySet<PrimitiveName> = new Set(['pad', 'cast', 'checkpoint', 'recompute']);
/** What may follow a product or a window and still belong to it: a bias, the division of a mean. */
const affine: ReadonlySet<PrimitiveName> = new Set(['add', 'sub', 'mul', 'div']);

interface FunctionUnit extends Unit {
  /** Whether a bias or a factor behind it still belongs to it. */
  open: boolean;
  /** The one tensor it is computed from; null for products, windows and what joins several. */
  readonly source: Tensor | null;
}

/**
 * The units of `called` with those of the functions between them, which own the rest of `live` but for
 * views: those belong to nobody.
 *
 * What is computed of one tensor alone by elementwise operations and sums is one function; where such an
 * operation meets tensors of different origin, it joins them.
 */
export function functionUnits(live: ReadonlySet<Tensor>, called: readonly Unit[]): Unit[] {
  const owned = new Set(called.flatMap(({ tensors }) => tensors));
  const units = new Map<Tensor, FunctionUnit>();
  const found = new Set<FunctionUnit>();
  const readers = readersOf(live);
  /** What a tensor is a view of. */
  const viewed = (tensor: Tensor): Tensor => {
    let seen = tensor;
    while (!owned.has(seen) && roleOf(seen, live) === 'view') seen = livesOf(seen, live)[0];
    return seen;
  };
  /** What a tensor is computed from softly: itself where it is not. */
  const originOf = (tensor: Tensor): Tensor => units.get(tensor)?.source ?? tensor;
  const begin = (tensor: Tensor, source: Tensor | null, open: boolean): void => {
    const { scope } = tensor.source as Application;
    const unit = { path: scope, layer: '', parameters: [], tensors: [tensor], source, open };
    units.set(tensor, unit);
    found.add(unit);
  };
  const join = (tensor: Tensor, unit: FunctionUnit): void => {
    unit.tensors.push(tensor);
    units.set(tensor, unit);
  };
  const absorb = (unit: FunctionUnit, other: FunctionUnit): void => {
    for (const tensor of other.tensors) join(tensor, unit);
    found.delete(other);
  };

  for (const tensor of live) {
    if (owned.has(tensor) || tensor.source.kind !== 'apply') continue;
    const role = isPooling(tensor, { live, readers }) ? 'hard' : roleOf(tensor, live);
    if (role === 'view') continue;
    const inputs = [...new Set(livesOf(tensor, live).map(viewed))];
    if (role === 'hard') {
      begin(tensor, null, tensor.source.primitive.name !== 'concatenate');
      continue;
    }
    const origins = new Set(inputs.map(originOf));
    if (origins.size > 1) {
      begin(tensor, null, false);
      continue;
    }
    const before = inputs.flatMap((input) => units.get(input) ?? []);
    const { scope, primitive } = tensor.source;
    const { name } = primitive;
    const related = before.filter(({ source, path }) => source !== null && path === scope);
    const [first, ...others] = new Set(related);
    const [only] = before;
    if (first) {
      for (const other of others) absorb(first, other);
      join(tensor, first);
    } else if (only?.open && affine.has(name) && readers.get(inputs[0])?.length === 1) {
      join(tensor, only);
    } else {
      if (only) only.open = false;
      const [origin] = origins;
      begin(tensor, origin, false);
    }
  }
  return [...called, ...found];
}

const livesOf = (tensor: Tensor, live: ReadonlySet<Tensor>): Tensor[] =>
  inputsOf(tensor).filter((input) => live.has(input));

function roleOf(tensor: Tensor, live: ReadonlySet<Tensor>): Role {
  if (tensor.source.kind !== 'apply') return 'hard';
  const { kind, name } = tensor.source.primitive;
  if (kind === 'view' || views.has(name)) return 'view';
  if (soft.has(kind)) return 'soft';
  // Joined with constants only, it is as if padded.
  return kind === 'join' && new Set(livesOf(tensor, live)).size === 1 ? 'view' : 'hard';
}

function readersOf(live: ReadonlySet<Tensor>): Map<Tensor, Tensor[]> {
  const readers = new Map<Tensor, Tensor[]>();
  for (const tensor of live) {
    for (const input of new Set(livesOf(tensor, live))) {
      readers.set(input, [...(readers.get(input) ?? []), tensor]);
    }
  }
  return readers;
}

interface Neighbours {
  readonly live: ReadonlySet<Tensor>;
  readonly readers: ReadonlyMap<Tensor, readonly Tensor[]>;
}

/**
 * Whether a sum or maximum over rows and columns of [N, C, H, W] stands for itself; in a normalisation it
 * soon meets again what it was taken of.
 */
function isPooling(tensor: Tensor, { live, readers }: Neighbours): boolean {
  if (tensor.source.kind !== 'apply') return false;
  const { primitive, attributes, inputs } = tensor.source;
  if (primitive.name !== 'sum' && primitive.name !== 'max') return false;
  const { dims } = attributes as ReductionAttributes['sum'];
  if (inputs[0].rank !== 4 || dims.length !== 2 || dims.some((dim) => dim < 2)) return false;
  let last = tensor;
  for (;;) {
    const next = readers.get(last) ?? [];
    if (next.length !== 1 || livesOf(next[0], live).length > 1) {
      return next.every((reader) => livesOf(reader, live).length === 1);
    }
    if (!meansToo(next[0], live)) return true;
    [last] = next;
  }
}

/** Whether it may be part of a mean or of a deviation. */
function meansToo(tensor: Tensor, live: ReadonlySet<Tensor>): boolean {
  const { name } = (tensor.source as Application).primitive;
  return roleOf(tensor, live) === 'view' || affine.has(name) || name === 'sqrt' || name === 'pow';
}
