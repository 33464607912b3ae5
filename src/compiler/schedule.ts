/** Schedule: the order of kernels, and where variables can be overwritten in place. */

import type { Tensor } from '../graph/tensor.js';
import type { Assignment } from '../graph/traced-graph.js';
import type { Fusion, Group } from './fuse.js';

/**
 * Groups in the order they run, then the assignments that must wait until nobody reads the old value.
 * `writeDirectly` is told of every value whose kernel may write into the variable itself.
 */
export function schedule(
  fusion: Fusion,
  assignments: readonly Assignment[],
  writeDirectly: (value: Tensor, variable: Tensor) => void,
): (Group | Assignment)[] {
  const last: Assignment[] = [];
  // Copies first: the groups that read a variable must all be known before any is overwritten.
  const producers = assignments.map(({ value }) => fusion.groupOf(value) ?? fusion.copy(value));
  assignments.forEach((assignment, i) => {
    const { variable, value } = assignment;
    const group = producers[i];
    const readers = fusion.groups.filter(
      (reader) => reader !== group && fusion.readsVariable(reader, variable),
    );
    // The old value may be read in the same kernel only at the element that is being written.
    const inPlace =
      fusion.readsInPlace(group, variable) &&
      !readers.some((reader) => fusion.dependsOn(reader, group));
    if (!inPlace) {
      last.push(assignment);
      return;
    }
    for (const reader of readers) group.inputs.add(reader);
    writeDirectly(value, variable);
  });
  return [...inDependencyOrder(fusion.groups), ...last];
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
