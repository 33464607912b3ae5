/** Schedule: the order of kernels, and where variables can be overwritten in place. */

import { bytesPerElement } from '../graph/dtype.js';
import type { Tensor } from '../graph/tensor.js';
import type { Assignment } from '../graph/traced-graph.js';
import { type Fusion, type Group, isJoined } from './fuse.js';

export interface Schedule {
  /** Groups in the order they run. */
  readonly groups: readonly Group[];
  /** Assignments whose value may be written straight into the variable, by the group that computes it. */
  readonly inPlace: readonly Assignment[];
  /** Assignments that are copied at the end, because the old value is still read. */
  readonly afterwards: readonly Assignment[];
}

/** Orders the groups so that every value is ready and no variable is overwritten too early. */
export function schedule(fusion: Fusion, assignments: readonly Assignment[]): Schedule {
  const inPlace: Assignment[] = [];
  const afterwards: Assignment[] = [];
  // Copies first: the groups that read a variable must all be known before any is overwritten.
  const owned = assignments.map(({ variable, value }) => ({
    variable,
    value: fusion.owned(value),
  }));
  const readersOf = fusion.readers();
  for (const assignment of owned) {
    const { variable, value } = assignment;
    const group = fusion.groupOf(value)!;
    const readers = [...(readersOf.get(variable) ?? [])].filter((reader) => reader !== group);
    // The old value may be read in the same kernel only at the element that is being written.
    const direct =
      !isJoined(group) &&
      fusion.readsInPlace(group, variable) &&
      !readers.some((reader) => fusion.dependsOn(reader, group));
    if (direct) for (const reader of readers) fusion.runAfter(group, reader);
    (direct ? inPlace : afterwards).push(assignment);
  }
  return { groups: inMemoryOrder(fusion), inPlace, afterwards };
}

/** Every group after the groups it depends on, otherwise in the order they were made. */
function inDependencyOrder(groups: readonly Group[]): Group[] {
  const order: Group[] = [];
  const done = new Set<Group>();
  for (const group of groups) {
    const stack = [group];
    while (stack.length > 0) {
      const top = stack[stack.length - 1];
      const waiting = [...top.inputs].filter((input) => !done.has(input));
      if (waiting.length > 0 && !done.has(top)) {
        stack.push(...waiting);
        continue;
      }
      stack.pop();
      if (!done.has(top)) {
        done.add(top);
        order.push(top);
      }
    }
  }
  return order;
}

/**
 * Every group after those it depends on; among those that could run, the one that frees most memory or
 * takes least, and of equals the first: a filter's gradient runs as soon as it can, so that the
 * activations it reads are not kept until the end.
 */
function inMemoryOrder(fusion: Fusion): Group[] {
  const waiting = inDependencyOrder(fusion.groups);
  const unread = new Map<Tensor, number>();
  const reads = new Map(waiting.map((group) => [group, fusion.readsOfGroup(group)]));
  for (const tensor of [...reads.values()].flatMap((bases) => [...bases])) {
    unread.set(tensor, (unread.get(tensor) ?? 0) + 1);
  }
  const taken = new Map(
    waiting.map((group) => [group, bytesOf(fusion.writesOfGroup(group))] as const),
  );
  const order: Group[] = [];
  const blockers = new Map(waiting.map((group) => [group, new Set(group.inputs)]));
  const dependents = new Map<Group, Group[]>(waiting.map((group) => [group, []]));
  for (const group of waiting) for (const input of group.inputs) dependents.get(input)!.push(group);
  const position = new Map(waiting.map((group, i) => [group, i]));
  const ready = waiting.filter((group) => group.inputs.size === 0);
  while (ready.length > 0) {
    const growth = ready.map((group) => {
      const last = [...reads.get(group)!].filter(
        (tensor) => unread.get(tensor) === 1 && !fusion.isWanted(tensor) && isTemporary(tensor),
      );
      return taken.get(group)! - bytesOf(last);
    });
    let best = 0;
    for (let i = 1; i < ready.length; i++) {
      const earlier = position.get(ready[i])! < position.get(ready[best])!;
      if (growth[i] < growth[best] || (growth[i] === growth[best] && earlier)) best = i;
    }
    const [next] = ready.splice(best, 1);
    order.push(next);
    for (const tensor of reads.get(next)!) unread.set(tensor, unread.get(tensor)! - 1);
    for (const dependent of dependents.get(next)!) {
      const left = blockers.get(dependent)!;
      left.delete(next);
      if (left.size === 0) ready.push(dependent);
    }
  }
  return order;
}

const isTemporary = ({ source }: Tensor): boolean => source.kind === 'apply';

const bytesOf = (tensors: readonly Tensor[]): number =>
  tensors.reduce((total, { dtype, size }) => total + bytesPerElement[dtype] * size, 0);
