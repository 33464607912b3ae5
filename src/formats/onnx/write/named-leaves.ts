/** The tensors that a model returns, with the names that they get as outputs. */

import { leavesOf, type TensorTree } from '../../../compiler/tensor-tree.js';
import { ValueError } from '../../../graph/errors.js';
import { Tensor } from '../../../graph/tensor.js';

/** The tensors of `tree` in order, under `names` or else under their keys, joined by dots. */
export function namedLeaves(
  tree: TensorTree,
  names: readonly string[] | undefined,
): [string, Tensor][] {
  const leaves = leavesOf(tree);
  if (leaves.length === 0) {
    throw new ValueError('exportOnnx: the model returns no tensor; return what it should compute');
  }
  if (names && names.length !== leaves.length) {
    throw new ValueError(
      `exportOnnx: outputs names ${names.length} outputs, but the model returns ${leaves.length} ` +
        `tensors; give one name for each`,
    );
  }
  const paths = names ?? (tree instanceof Tensor ? ['output'] : pathsOf(tree, ''));
  return leaves.map((leaf, i) => [paths[i], leaf]);
}

function pathsOf(tree: TensorTree, path: string): string[] {
  if (tree === undefined) return [];
  if (tree instanceof Tensor) return [path];
  const isList = Array.isArray(tree);
  return Object.entries(tree).flatMap(([key, part]) => {
    const name = path !== '' ? `${path}.${key}` : isList ? `output_${key}` : key;
    return pathsOf(part as TensorTree, name);
  });
}
