/** Layers drawn as one: a convolution with the normalisation and the activation behind it, as papers count them. */

import type { LayerKind } from '../layer-facts.js';
import type { LayerGraph, LayerNode } from '../layer-graph.js';

/** A layer with those that only work on its output. */
export interface Block {
  readonly id: number;
  readonly main: LayerNode;
  readonly followers: readonly LayerNode[];
  /** The blocks whose output it reads. */
  readonly inputs: readonly number[];
  /** Of the main layer's output, without the batch. */
  readonly shape: readonly number[];
}

export interface BlockGraph {
  /** Each behind those that it reads. */
  readonly blocks: readonly Block[];
  readonly outputs: readonly number[];
}

const following: ReadonlySet<LayerKind> = new Set<LayerKind>([
  'normalization',
  'activation',
  'dropout',
  'softmax',
  'view',
]);

export const layersOf = ({ main, followers }: Block): LayerNode[] => [main, ...followers];

/** Joins layers to what they follow, where nobody else reads that. */
export function blocksOf({ nodes, outputs }: LayerGraph): BlockGraph {
  const readers = new Map<number, number>(outputs.map((output) => [output, 1]));
  for (const { inputs } of nodes) {
    for (const input of inputs) readers.set(input, (readers.get(input) ?? 0) + 1);
  }
  const owner = new Map<number, number>();
  const lists: LayerNode[][] = [];
  for (const node of nodes) {
    const [input] = node.inputs;
    const place = owner.get(input);
    const follows =
      node.inputs.length === 1 &&
      following.has(node.kind) &&
      readers.get(input) === 1 &&
      nodes[input].kind !== 'input';
    if (follows && place !== undefined) lists[place].push(node);
    else lists.push([node]);
    owner.set(node.id, follows && place !== undefined ? place : lists.length - 1);
  }
  const blocks = lists.map(([main, ...followers], id): Block => {
    const inputs = [...new Set(main.inputs.map((input) => owner.get(input)!))];
    return { id, main, followers, inputs, shape: main.shape.slice(1) };
  });
  return { blocks, outputs: [...new Set(outputs.map((output) => owner.get(output)!))] };
}
