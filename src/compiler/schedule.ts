/** Schedule: the order of kernels, and where variables can be overwritten in place. */

import type { Assignment } from '../graph/traced-graph.js';
import type { Fusion, Group } from './fuse.js';

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
  for (const assignment of owned) {
    const { variable, value } = assignment;
    const group = fusion.groupOf(value)!;
    const readers = fusion.groups.filter(
      (reader) => reader !== group && fusion.readsVariable(reader, variable),
    );
    // The old value may be read in the same kernel only at the element that is being written.
    const direct =
      fusion.readsInPlace(group, variable) &&
      !readers.some((reader) => fusion.dependsOn(reader, group));
    if (direct) for (const reader of readers) group.inputs.add(reader);
    (direct ? inPlace : afterwards).push(assignment);
  }
  return { groups: inDependencyOrder(fusion.groups), inPlace, afterwards };
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
