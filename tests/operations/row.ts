/** What a row of the tables of operations is, and the graphs that its oracles compare. */

import { createHash } from 'node:crypto';
import { grad } from '../../src/autodiff/index.js';
import type { DType } from '../../src/graph/dtype.js';
import { Tensor } from '../../src/graph/tensor.js';
import { trace } from '../../src/graph/trace.js';
import type { TracedGraph } from '../../src/graph/traced-graph.js';
import { add, mul, scalar, sum, tensor } from '../../src/ops/index.js';
import { assignmentsOf, type Case, outputsOf } from '../cases/case.js';

/**
 * How far the gradients of a row go: 'smooth' is compared with PyTorch and with differences, 'kinked' with
 * PyTorch alone (at a kink, a tie or a step, where differences say nothing), 'none' in values alone.
 */
export type GradientKind = 'smooth' | 'kinked' | 'none';

export interface Row extends Case {
  /** The same in Python: `F`, `torch`, `math` and the inputs `a`, `b`, `c`, ... are known; a list for several outputs. */
  readonly torch: string;
  /** Default: what the operation says; 'none' for a special row. */
  readonly gradient?: GradientKind;
  /** The largest difference to PyTorch relative to the largest element; say why where it is given. Default: 1e-11. */
  readonly tolerance?: number;
}

/** The rows of one exported operation. */
export interface OperationRows {
  readonly gradient: GradientKind;
  readonly rows: readonly Row[];
  /** At zeros of both signs, infinities, NaN and subnormal numbers; each element is compared by itself. */
  readonly special?: readonly Row[];
}

/** Rows by the name of the export that they test. */
export interface Family {
  readonly [operation: string]: OperationRows;
}

export interface TestedRow extends Row {
  readonly gradient: GradientKind;
  readonly special: boolean;
}

/** All rows of an operation, with what was left to defaults. */
export function rowsOf({ gradient, rows, special = [] }: OperationRows): TestedRow[] {
  const tested = [
    ...rows.map((row) => ({ gradient, ...row, special: false })),
    ...special.map((row) => ({ gradient: 'none' as const, ...row, special: true })),
  ];
  return tested.map((row) => (row.inputs.some(isFloat) ? row : { ...row, gradient: 'none' }));
}

const isFloat = ({ dtype }: { readonly dtype: DType }): boolean => dtype === 'float32';

/** Calls `check` for each row, and says which row it was that threw. */
export function forEachRow(rows: readonly TestedRow[], check: (row: TestedRow) => void): void {
  for (const row of rows) {
    try {
      check(row);
    } catch (error) {
      throw new Error(`${row.name}: ${(error as Error).message}`, { cause: error });
    }
  }
}

/** The outputs, and behind them the gradients of their weighted sum with respect to each float input. */
export function traceGradients(row: Row): TracedGraph & { readonly gradients: readonly Tensor[] } {
  const inputs = row.inputs.map(({ shape, dtype }) => new Tensor(shape, dtype, { kind: 'input' }));
  const { result, trace: traced } = trace(() => {
    const outputs = outputsOf(row, inputs);
    const floats = inputs.filter(isFloat);
    const value = outputs
      .filter(isFloat)
      .map((output, i) => sum(mul(output, weightsLike(output, i))))
      .reduce((total, term) => add(total, term), scalar(0));
    return { outputs, gradients: grad(value, floats) };
  });
  const { outputs, gradients } = result;
  const assignments = assignmentsOf(traced);
  return { inputs, outputs: [...outputs, ...gradients], gradients, assignments };
}

/** The weights that generate.py gives the elements of float output `which`: exact in both. */
function weightsLike({ shape, size }: Tensor, which: number): Tensor {
  const weight = (i: number) => 0.5 + ((i * 37 + which * 11) % 101) / 128;
  return tensor(
    Float32Array.from({ length: size }, (_, i) => weight(i)),
    shape,
  );
}

/** Changes when the values of PyTorch for a row would. */
export function hashOf({ torch, gradient, inputs }: TestedRow): string {
  const hash = createHash('sha256').update(`${torch}\n${gradient}`);
  for (const { shape, dtype, data } of inputs) {
    hash.update(`\n${dtype}[${shape}]`);
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('hex').slice(0, 12);
}
