/** Tensor trees: what a compiled function may return: tensors in arrays and plain objects. */

import { ValueError } from '../graph/errors.js';
import { Tensor } from '../graph/tensor.js';

export type TensorTree =
  | Tensor
  | undefined
  | readonly TensorTree[]
  | { readonly [key: string]: TensorTree };

/** The tensors of `tree`, in order. */
export function leavesOf(tree: TensorTree): Tensor[] {
  if (tree === undefined) return [];
  if (tree instanceof Tensor) return [tree];
  if (Array.isArray(tree)) return tree.flatMap(leavesOf);
  if (typeof tree === 'object' && tree !== null) return Object.values(tree).flatMap(leavesOf);
  throw new ValueError(
    `compile: a compiled function returns tensors, or arrays and objects of tensors; got ${typeof tree}`,
  );
}

/** `tree` with its tensors, in order, replaced by `leaves`. */
export function withLeaves<Tree extends TensorTree>(tree: Tree, leaves: readonly Tensor[]): Tree {
  let next = 0;
  const replace = (node: TensorTree): TensorTree => {
    if (node === undefined) return undefined;
    if (node instanceof Tensor) return leaves[next++];
    if (Array.isArray(node)) return node.map(replace);
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, replace(value)]));
  };
  return replace(tree) as Tree;
}
