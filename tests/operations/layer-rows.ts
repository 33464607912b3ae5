/** Rows made of a layer: its parameters become inputs, so that their gradients are compared as well. */

import type { Tensor } from '../../src/graph/tensor.js';
import type { Module } from '../../src/nn/index.js';
import type { CaseInput } from '../cases/case.js';
import type { OperationRows, Row } from './row.js';

/**
 * How to make the layer, its inputs, the same in Python, and values for its parameters by name: they are
 * inputs of the expression behind those of the layer.
 */
export type LayerRow<Inputs extends Tensor[]> = readonly [
  create: () => Module<Inputs>,
  inputs: readonly CaseInput[],
  torch: string,
  parameters?: Readonly<Record<string, CaseInput>>,
];

export function layerRows<Inputs extends Tensor[] = [Tensor]>(
  rows: readonly LayerRow<Inputs>[],
): OperationRows {
  const row = ([create, inputs, torch, parameters = {}]: LayerRow<Inputs>): Row => ({
    name: `${inputs.map(({ shape }) => `[${shape}]`)} ${torch}`,
    inputs: [...inputs, ...Object.values(parameters)],
    build: (...tensors) => {
      const layer = create();
      Object.keys(parameters).forEach((name, i) => {
        if (!(name in layer)) throw new Error(`${layer.describe()} has no parameter "${name}"`);
        Object.defineProperty(layer, name, { value: tensors[inputs.length + i] });
      });
      return layer.call(...(tensors.slice(0, inputs.length) as Inputs));
    },
    torch,
  });
  return { gradient: 'smooth', rows: rows.map(row) };
}
