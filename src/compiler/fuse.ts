/** Fuse: groups the graph's nodes into kernels: one structured root each at most, and what is elementwise around it. */

import type { Primitive } from '../graph/primitive.js';
import { type Shape, sameShape } from '../graph/shape.js';
import { type Application, Tensor } from '../graph/tensor.js';
import { inputsOf, rootsOf, type TracedGraph, topologicalOrder } from '../graph/traced-graph.js';
import type { PrimitiveAttributes } from '../graph/vocabulary.js';
import {
  isJoin,
  type Layout,
  movedFrom,
  type Part,
  PartPlacement,
  partsOf,
} from './part-placement.js';
import { settledTensors } from './prologue.js';
import { contiguous, isContiguous, reshaped, type Strided } from './strided.js';
import { movesAll, pulledBack, seenThrough } from './view-chain.js';

/** What becomes one kernel. */
export interface Group {
  /** The reduction, structured or joining node, or the view that needs a copy; null when all is elementwise. */
  readonly root: Tensor | null;
  /** Views between the root and `result` that only change how the output is written. */
  readonly chain: readonly Tensor[];
  /** The tensor that the root's output is stored as. */
  readonly result: Tensor | null;
  /** Where the maxima of a window root are, when that is asked for as well. */
  place: Tensor | null;
  /** The shape that members have. */
  readonly shape: Shape;
  /** Elementwise nodes computed in the same pass, in order. */
  readonly members: Tensor[];
  /** The parts of a concatenation that no other group writes into it. */
  readonly copied: readonly Part[];
  /** Groups that must run before. */
  readonly inputs: Set<Group>;
  /** Above that of every input, so that most questions of who depends on whom need no search. */
  rank: number;
}

/** Where a tensor's elements are: a view of the memory of `base`'s owner (see PartPlacement), or of a fill. */
export interface Resolved {
  readonly base: Tensor;
  readonly view: Strided;
  /** What must be computed before the elements are read. */
  readonly after: readonly Tensor[];
}

/** More members than this make kernels whose values no longer fit into registers. */
const maxMembers = 64;

export class Fusion {
  readonly groups: Group[] = [];
  readonly #groupOf = new Map<Tensor, Group>();
  /** The groups that have a group among their inputs. */
  readonly #dependents = new Map<Group, Set<Group>>();
  readonly #consumers = new Map<Tensor, Tensor[]>();
  readonly #wanted: ReadonlySet<Tensor>;
  readonly #recomputed: ReadonlySet<Tensor>;
  /** Elementwise nodes computed where a reduction reads them. */
  readonly #inlined = new Set<Tensor>();
  readonly #copies = new Map<Tensor, Tensor>();
  readonly #settled: ReadonlySet<Tensor>;
  readonly #placement: PartPlacement;
  /** The parts that groups write beside the tensors of their own. */
  readonly #alsoStored = new Map<Tensor, { part: Part; chain: readonly Tensor[] }[]>();

  /** `recomputed`: values that are to be computed where they are read. */
  constructor(graph: TracedGraph, recomputed: ReadonlySet<Tensor>) {
    this.#recomputed = recomputed;
    this.#settled = settledTensors(graph);
    const roots = rootsOf(graph);
    this.#wanted = new Set(roots);
    const order = topologicalOrder(roots);
    for (const tensor of order) {
      for (const input of new Set(inputsOf(tensor))) {
        const list = this.#consumers.get(input);
        if (list) list.push(tensor);
        else this.#consumers.set(input, [tensor]);
      }
    }
    this.#placement = new PartPlacement({
      order,
      wanted: this.#wanted,
      consumersOf: (tensor) => this.consumersOf(tensor),
    });
    for (const tensor of [...order].reverse()) {
      if (this.#inlinesIntoReduction(tensor)) this.#inlined.add(tensor);
    }
    for (const tensor of order) {
      const source = tensor.source;
      if (source.kind !== 'apply' || this.#groupOf.has(tensor)) continue;
      const kind = source.primitive.kind;
      if (kind === 'elementwise' && !this.#inlined.has(tensor)) this.#placeElementwise(tensor);
      else if (kind === 'reduction' || kind === 'structured') this.#placeRoot(tensor);
      else if (kind === 'join') this.#placeJoin(tensor);
      else if (kind === 'view') this.#copyWhereNoStrideFits(tensor);
    }
    // From the end, so that a chain of groups collapses into its last one.
    for (const group of [...this.groups].reverse()) this.#joinOnlyConsumer(group);
  }

  groupOf(tensor: Tensor): Group | undefined {
    return this.#groupOf.get(tensor);
  }

  isInlined(tensor: Tensor): boolean {
    return this.#inlined.has(tensor);
  }

  /** True when something outside `group` reads `tensor`. */
  isReadOutside(tensor: Tensor, group: Group): boolean {
    if (this.#wanted.has(tensor)) return true;
    return this.consumersOf(tensor).some((consumer) => this.#groupOf.get(consumer) !== group);
  }

  consumersOf(tensor: Tensor): readonly Tensor[] {
    return this.#consumers.get(tensor) ?? [];
  }

  /** Where the elements of a tensor that a group computes are. */
  layoutOf(tensor: Tensor): Layout {
    return this.#placement.layoutOf(tensor);
  }

  /** Where else a group writes `tensor`: its places in concatenations. */
  alsoStored(tensor: Tensor): Layout[] {
    const places = this.#alsoStored.get(tensor) ?? [];
    return places.map(({ part, chain }) => this.#placement.targetOf(part, chain)!);
  }

  /** Where a part of a concatenation belongs. */
  targetOf(part: Part): Layout {
    return this.#placement.targetOf(part, [])!;
  }

  /** `view` of a tensor that `group` writes, over the dimensions that its kernel walks; null where strides cannot. */
  written(tensor: Tensor, group: Group, view: Strided): Strided | null {
    if (isCopy(group)) return reshaped(view, this.resolveCopied(tensor).view.shape);
    return tensor === group.place ? view : pulledBack(view, group.chain);
  }

  /** Follows views down to the tensor whose memory holds the elements. */
  resolve(tensor: Tensor): Resolved {
    const resolved = this.#tryResolve(tensor);
    if (!resolved) throw new Error(`internal: ${tensor} needs a copy that was not planned`);
    return resolved;
  }

  /**
   * What a copy group reads: its root's elements in row-major order. Where a reshape keeps strides from
   * saying it, the elements before the reshape, which come in the same order.
   */
  resolveCopied(root: Tensor): Resolved {
    const source = root.source as Application;
    const inner = this.resolve(source.inputs[0]);
    return { ...inner, view: seenThrough(inner.view, source) ?? inner.view };
  }

  #tryResolve(tensor: Tensor): Resolved | null {
    const source = tensor.source;
    const isView = source.kind === 'apply' && source.primitive.kind === 'view';
    if (!isView || this.#groupOf.has(tensor)) {
      return { base: tensor, view: this.layoutOf(tensor).view, after: [] };
    }
    const inner = this.#tryResolve(source.inputs[0]);
    if (!inner) return null;
    const view = seenThrough(inner.view, source);
    const awaited = source.inputs.slice(1).map((input) => this.resolve(input).base);
    return view && { base: inner.base, view, after: [...inner.after, ...awaited] };
  }

  /** True when something beside `group` reads `tensor`, be it through views; a view that it stands for is no reader. */
  isReadByOthers(tensor: Tensor, group: Group): boolean {
    return this.consumersOf(tensor).some((consumer) => {
      const reader = this.#groupOf.get(consumer);
      if (reader) return reader !== group;
      const isView = isPrimitiveKind(consumer, 'view');
      if (!isView || (this.#wanted.has(consumer) && this.#standIn(consumer) !== tensor))
        return true;
      return this.isReadByOthers(consumer, group);
    });
  }

  /** The tensor that a group computes and `tensor` is another shape of, with its elements in the same order; or null. */
  #standIn(tensor: Tensor): Tensor | null {
    const resolved = this.#tryResolve(tensor);
    if (!resolved || resolved.base.size !== tensor.size || !isContiguous(resolved.view))
      return null;
    const { base } = resolved;
    const group = this.#groupOf.get(base);
    const isAlone = group && !isJoined(group) && this.layoutOf(base).owner === base;
    return isAlone ? base : null;
  }

  /**
   * The tensor that stands for `tensor` in memory of its own: itself or what it is another shape of where
   * a group computes that, else a copy. Readers of `tensor` keep reading it where it is, so that nothing
   * they rely on changes.
   */
  owned(tensor: Tensor): Tensor {
    if (this.#groupOf.has(tensor)) return tensor;
    const same = this.#standIn(tensor);
    if (same) return same;
    const known = this.#copies.get(tensor);
    if (known) return known;
    const { shape, dtype } = tensor;
    const source = {
      kind: 'apply',
      primitive: copying,
      inputs: [tensor],
      attributes: {},
      scope: '',
    };
    const copy = new Tensor(shape, dtype, source as Application);
    this.#copies.set(tensor, copy);
    this.#copyGroup(copy);
    return copy;
  }

  #copyGroup(view: Tensor): void {
    this.#newGroup({ root: view, chain: [], result: view, shape: view.shape, copied: [] });
  }

  /** True when `group` runs after `other` by what it reads. */
  dependsOn(group: Group, other: Group): boolean {
    const seen = new Set<Group>();
    const stack = [group];
    for (let next = stack.pop(); next; next = stack.pop()) {
      if (next === other) return true;
      if (seen.has(next) || next.rank <= other.rank) continue;
      seen.add(next);
      stack.push(...next.inputs);
    }
    return false;
  }

  /** Notes that `group` must run after `input`, which does not depend on it. */
  runAfter(group: Group, input: Group): void {
    group.inputs.add(input);
    const known = this.#dependents.get(input);
    if (known) known.add(group);
    else this.#dependents.set(input, new Set([group]));
    const raised = [{ group, least: input.rank + 1 }];
    for (let next = raised.pop(); next; next = raised.pop()) {
      if (next.group.rank >= next.least) continue;
      next.group.rank = next.least;
      for (const dependent of this.#dependents.get(next.group) ?? []) {
        raised.push({ group: dependent, least: next.least + 1 });
      }
    }
  }

  /** The groups whose kernels read a tensor's own memory, in any way. */
  readers(): Map<Tensor, Set<Group>> {
    const readers = new Map<Tensor, Set<Group>>();
    for (const group of this.groups) {
      for (const { base } of this.#reads(group)) {
        const known = readers.get(base);
        if (known) known.add(group);
        else readers.set(base, new Set([group]));
      }
    }
    return readers;
  }

  /** True when a kernel reads `variable`, if at all, only at the element it is about to write. */
  readsInPlace(group: Group, variable: Tensor): boolean {
    const rootReads = group.root ? this.#readsOf(group.root) : [];
    if (rootReads.includes(variable)) return false;
    return this.#reads(group).every(
      ({ base, view }) => base !== variable || this.#isWhole(view, base),
    );
  }

  /** The tensors whose memory a group reads. */
  readsOfGroup(group: Group): Set<Tensor> {
    const read = this.#reads(group).map(({ base }) => this.layoutOf(base).owner);
    return new Set(read.filter((owner) => !isJoin(owner) || owner !== group.result));
  }

  /** The tensors that a group computes and others read. */
  writesOfGroup(group: Group): Tensor[] {
    if (isJoined(group)) return group.copied.map(({ part }) => part);
    const computed = [group.result, group.place, ...group.members];
    return computed
      .filter((tensor) => tensor !== null)
      .filter((tensor) => this.isReadOutside(tensor, group));
  }

  /** True when `tensor` is an output or becomes a variable. */
  isWanted(tensor: Tensor): boolean {
    return this.#wanted.has(tensor);
  }

  /** What a group's root and members read from memory. */
  #reads(group: Group): Resolved[] {
    const rootReads = (group.root ? this.#readsOf(group.root) : []).map((base) => ({
      base,
      view: contiguous(base.shape),
      after: [],
    }));
    return [
      ...rootReads,
      ...group.members.flatMap((member) => inputsOf(member).map((input) => this.resolve(input))),
    ];
  }

  /** The padding that a convolution's input reads through, or null. */
  absorbedPad(operand: Tensor): { pad: Tensor; order: readonly number[] | null } | null {
    const source = operand.source;
    if (source.kind !== 'apply') return null;
    if (source.primitive.name === 'pad') {
      return this.#isAbsorbed(operand) ? { pad: operand, order: null } : null;
    }
    if (source.primitive.name !== 'permute') return null;
    const { order } = source.attributes as PrimitiveAttributes['permute'];
    const pad = source.inputs[0];
    return isPrimitive(pad, 'pad') && this.#isAbsorbed(pad) ? { pad, order } : null;
  }

  /** A pad disappears when only convolutions read it, directly or permuted. */
  #isAbsorbed(pad: Tensor): boolean {
    if (this.#wanted.has(pad)) return false;
    if (((pad.source as Application).attributes as PrimitiveAttributes['pad']).value !== 0)
      return false;
    const isInputOf = (consumer: Tensor, tensor: Tensor): boolean =>
      isPrimitive(consumer, 'conv2d') &&
      inputsOf(consumer)[0] === tensor &&
      inputsOf(consumer)[1] !== tensor;
    const readsAsInput = (permuted: Tensor): boolean =>
      !this.#wanted.has(permuted) &&
      this.consumersOf(permuted).every((consumer) => isInputOf(consumer, permuted));
    return this.consumersOf(pad).every((consumer) =>
      isPrimitive(consumer, 'permute') ? readsAsInput(consumer) : isInputOf(consumer, pad),
    );
  }

  #inlinesIntoReduction(tensor: Tensor): boolean {
    const source = tensor.source;
    if (source.kind !== 'apply' || source.primitive.kind !== 'elementwise') return false;
    const consumers = this.consumersOf(tensor);
    if (consumers.length !== 1 || this.#wanted.has(tensor)) return false;
    const consumer = consumers[0];
    return isReduction(consumer) || this.#inlined.has(consumer);
  }

  #newGroup(fields: Omit<Group, 'members' | 'inputs' | 'place' | 'rank'>): Group {
    const group: Group = { ...fields, place: null, members: [], inputs: new Set(), rank: 0 };
    this.groups.push(group);
    // What the root reads is found before the group owns its result.
    for (const read of group.root ? this.#readsOf(group.root) : []) this.#dependOn(group, read);
    if (group.result) this.#groupOf.set(group.result, group);
    return group;
  }

  #dependOn(group: Group, base: Tensor): void {
    const producer = this.#groupOf.get(base);
    if (producer && producer !== group) this.runAfter(group, producer);
  }

  /** The tensors with memory that a node reads or awaits, through inlined nodes, absorbed pads and views. */
  #readsOf(tensor: Tensor): Tensor[] {
    if (tensor.source.kind !== 'apply') return [tensor];
    return inputsOf(tensor).flatMap((input) => {
      if (this.#inlined.has(input)) return this.#readsOf(input);
      const absorbed = isPrimitive(tensor, 'conv2d') ? this.absorbedPad(input) : null;
      const read = absorbed ? inputsOf(absorbed.pad)[0] : input;
      const { base, after } = this.resolve(read);
      return [base, ...after];
    });
  }

  #placeRoot(root: Tensor): void {
    if (isPrimitive(root, 'pad') && this.#isAbsorbed(root)) return;
    const maxima = isPrimitive(root, 'windowArgmax') ? this.#maximaOfSameWindows(root) : null;
    if (maxima) {
      maxima.place = root;
      this.#groupOf.set(root, maxima);
      return;
    }
    const chain: Tensor[] = [];
    let result = root;
    for (;;) {
      const [next, ...others] = this.consumersOf(result);
      if (!next || !movesAll(next) || others.length > 0 || this.#wanted.has(result)) break;
      if (!pulledBack(this.layoutOf(next).view, [...chain, next])) break;
      chain.push(next);
      result = next;
    }
    this.#newGroup({ root, chain, result, shape: result.shape, copied: [] });
  }

  /** A concatenation is there when its parts are: those that nothing else can write are copied. */
  #placeJoin(whole: Tensor): void {
    const copied = partsOf(whole).filter((part) => !this.#isWrittenInPlace(part));
    this.#newGroup({ root: whole, chain: [], result: whole, shape: whole.shape, copied });
  }

  /** True when the group that computes a part writes it into the whole. */
  #isWrittenInPlace(part: Part): boolean {
    const isPlaced = this.#placement.isPlaced(part);
    const tensors = movedFrom(part.part);
    const depth = tensors.findIndex((tensor) => this.#groupOf.has(tensor));
    const chain = tensors.slice(0, Math.max(depth, 0)).reverse();
    const target = depth < 0 ? null : this.#placement.targetOf(part, chain);
    const tensor = tensors[depth];
    const group = this.#groupOf.get(tensor);
    const fits = target && group && this.written(tensor, group, target.view);
    if (fits && isPlaced) return true;
    if (isPlaced) this.#placement.release(part);
    if (!fits || isJoined(group)) return false;
    const others = this.#alsoStored.get(tensor) ?? [];
    this.#alsoStored.set(tensor, [...others, { part, chain }]);
    return true;
  }

  /** The group that computes the maxima whose places `argmax` is. */
  #maximaOfSameWindows(argmax: Tensor): Group | null {
    const [input] = inputsOf(argmax);
    const windows = attributesOf(argmax);
    const maximum = this.consumersOf(input).find(
      (reader) => isPrimitive(reader, 'windowMax') && attributesOf(reader) === windows,
    );
    return this.groups.find(({ root, place }) => root === maximum && root && !place) ?? null;
  }

  #placeElementwise(tensor: Tensor): void {
    const reads = inputsOf(tensor).map((input) => this.resolve(input));
    const candidates = new Set<Group>();
    for (const { base, view } of reads) {
      const group = this.#groupOf.get(base);
      if (group && this.#isWhole(view, base) && this.#accepts(group, tensor, reads))
        candidates.add(group);
    }
    // A kernel with a structure is there anyway: what joins it costs no pass of its own.
    // The last of them waits for the others anyway; an earlier one must not begin to wait for it.
    const inOrder = this.groups.filter((group) => candidates.has(group));
    const rooted = inOrder.filter(({ root }) => root !== null);
    const chosen =
      rooted.pop() ??
      inOrder.pop() ??
      this.#newGroup({ root: null, chain: [], result: null, shape: tensor.shape, copied: [] });
    chosen.members.push(tensor);
    for (const { base, after } of reads) {
      for (const needed of [base, ...after]) this.#dependOn(chosen, needed);
    }
    this.#groupOf.set(tensor, chosen);
  }

  #accepts(group: Group, tensor: Tensor, reads: readonly Resolved[]): boolean {
    if (this.#recomputed.has(tensor) && !this.#isRecomputed(group)) return false;
    if (!sameShape(group.shape, tensor.shape) || group.members.length >= maxMembers) return false;
    // A copy runs over the shape of what it reads, where the members' elements may not be in order.
    if (isCopy(group) || isJoined(group)) return false;
    // What is the same in every run is computed once, and must not wait for what is not.
    if (group.root && this.#settled.has(group.root) && !this.#settled.has(tensor)) return false;
    const waits = reads.some(({ after }) =>
      after.some((awaited) => {
        const producer = this.#groupOf.get(awaited);
        return producer && this.dependsOn(producer, group);
      }),
    );
    if (waits) return false;
    return reads.every(({ base, view }) => {
      const producer = this.#groupOf.get(base);
      if (producer === group) return base !== group.place && this.#isWhole(view, base);
      if (producer && this.dependsOn(producer, group)) return false;
      return pulledBack(view, group.chain) !== null;
    });
  }

  /** Moves a purely elementwise group into the only group that reads it, which was not there yet when it was made. */
  #joinOnlyConsumer(group: Group): void {
    const consumer = group.root ? null : this.#onlyConsumer(group);
    if (!consumer || !this.#acceptsAll(consumer, group)) return;
    consumer.members.unshift(...group.members);
    for (const member of group.members) this.#groupOf.set(member, consumer);
    consumer.inputs.delete(group);
    for (const input of group.inputs) this.runAfter(consumer, input);
    this.groups.splice(this.groups.indexOf(group), 1);
  }

  /** The group whose members alone read what `group` computes, or null. */
  #onlyConsumer(group: Group): Group | null {
    const readers = new Set(group.members.flatMap((member) => this.consumersOf(member)));
    const outside = [...readers].filter((reader) => this.#groupOf.get(reader) !== group);
    const consumer = outside.length > 0 ? this.#groupOf.get(outside[0]) : undefined;
    const reads = (reader: Tensor): boolean => consumer?.members.includes(reader) ?? false;
    return consumer && outside.every(reads) ? consumer : null;
  }

  #acceptsAll(consumer: Group, { members, shape }: Group): boolean {
    const fits = consumer.members.length + members.length <= maxMembers;
    if (!fits || !sameShape(consumer.shape, shape) || isCopy(consumer)) return false;
    const reads = members.flatMap((member) => inputsOf(member).map((x) => this.resolve(x)));
    const coordinates = members.filter((member) => isPrimitive(member, 'iota')).map(coordinatesOf);
    const views = [...reads.map(({ view }) => view), ...coordinates];
    return views.every((view) => pulledBack(view, consumer.chain) !== null);
  }

  /** True when a group holds only what is to move into the kernel that reads it. */
  #isRecomputed({ root, members }: Group): boolean {
    return root === null && members.every((member) => this.#recomputed.has(member));
  }

  #copyWhereNoStrideFits(view: Tensor): void {
    // A view that only a chain or an absorbed pad explains is resolved there.
    const source = view.source as Application;
    const inner = source.inputs[0];
    if (this.absorbedPad(view) || !this.#hasMemory(inner)) return;
    if (!this.#tryResolve(view)) this.#copyGroup(view);
  }

  /** True when `view` shows all of `base` as it is. */
  #isWhole(view: Strided, base: Tensor): boolean {
    const layout = this.layoutOf(base).view;
    const sameStep = (extent: number, dim: number): boolean =>
      extent === 1 || view.strides[dim] === layout.strides[dim];
    return (
      sameShape(view.shape, base.shape) &&
      view.offset === layout.offset &&
      base.shape.every(sameStep)
    );
  }

  #hasMemory(tensor: Tensor): boolean {
    const source = tensor.source;
    if (source.kind !== 'apply' || this.#groupOf.has(tensor)) return true;
    return source.primitive.kind === 'view' && this.#hasMemory(source.inputs[0]);
  }
}

/** An `iota`, as a view of 0, 1, 2, ... that only its dimension walks. */
export function coordinatesOf({ source }: Tensor): Strided {
  const { dim, shape } = (source as Application).attributes as PrimitiveAttributes['iota'];
  return { shape, offset: 0, strides: shape.map((_, i) => (i === dim ? 1 : 0)) };
}

/** True when a group does nothing but copy what its root, a view, sees into memory of its own. */
export const isCopy = ({ root }: Group): boolean =>
  root?.source.kind === 'apply' && root.source.primitive.kind === 'view';

/** True when a group's kernels do nothing but copy parts of a concatenation. */
export const isJoined = ({ root }: Group): boolean => root !== null && isJoin(root);

/** The view of a tensor as it is. */
const copying: Primitive<'detach'> = {
  name: 'detach',
  kind: 'view',
  shape: ([{ shape, dtype }]) => ({ shape, dtype }),
};

const isPrimitive = (tensor: Tensor, name: string): boolean =>
  tensor.source.kind === 'apply' && tensor.source.primitive.name === name;

const attributesOf = (tensor: Tensor): string =>
  JSON.stringify((tensor.source as Application).attributes);

const isPrimitiveKind = (tensor: Tensor, kind: Primitive['kind']): boolean =>
  tensor.source.kind === 'apply' && tensor.source.primitive.kind === kind;

const isReduction = (tensor: Tensor): boolean => isPrimitiveKind(tensor, 'reduction');
