/** What a network costs as its title says it: heads that only help to train apart. */

import type { LayerGraph, LayerNode } from '../layer-graph.js';

export interface DrawnTotals {
  /** Of the layers that lead to the main output. */
  readonly parameters: number;
  /** Of all others. */
  readonly auxiliaryParameters: number;
  /** Of the layers that lead to the main output, for one picture. */
  readonly multiplyAdds: number;
}

export function drawnTotals({ nodes, outputs }: LayerGraph): DrawnTotals {
  const main = new Set<number>();
  const open = outputs.slice(0, 1);
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (main.has(id)) continue;
    main.add(id);
    open.push(...nodes[id].inputs);
  }
  const sum = (some: readonly LayerNode[], what: 'parameters' | 'multiplyAdds') =>
    some.reduce((total, node) => total + node[what], 0);
  const own = nodes.filter(({ id }) => main.has(id));
  const parameters = sum(own, 'parameters');
  return {
    parameters,
    auxiliaryParameters: sum(nodes, 'parameters') - parameters,
    multiplyAdds: sum(own, 'multiplyAdds') / (nodes[0]?.shape[0] ?? 1),
  };
}
