/** Rows of comparisons and tests with bool results. */

import type { Tensor } from '../../src/graph/tensor.js';
import {
  greaterEqual,
  isclose,
  isinf,
  isnan,
  lessEqual,
  logicalXor,
  notEqual,
} from '../../src/ops/index.js';
import { bools, type CaseInput, exactly, integers } from '../cases/case.js';
import { binaryRows, unaryRows } from './elementwise.js';
import { specialPairs } from './inputs.js';
import type { Family, OperationRows, Row } from './row.js';

type Compare = (a: Tensor, b: Tensor) => Tensor;

const small = (dtype: 'float32' | 'int32' | 'uint8', seed: number): CaseInput => {
  const { data } = integers(0, 2, [30], seed);
  return exactly([...data], [30], dtype);
};

/** Broadcast shapes, numbers of which many are equal, int32, special values. */
function comparisonRows(build: Compare, torch: string): OperationRows {
  const own = binaryRows(build, torch, { gradient: 'kinked', whole: true });
  const ties = { inputs: [small('float32', 1), small('float32', 2)], build, torch };
  const wholeTies = { inputs: [small('int32', 1), small('int32', 2)], build, torch };
  return {
    ...own,
    rows: [...own.rows, { name: 'ties', ...ties }, { name: 'int32 ties', ...wholeTies }],
  };
}

const anyDtype = (build: Compare, torch: string): Row[] => [
  { name: 'bool', inputs: [bools([4, 1]), bools([5], 2)], build, torch, gradient: 'none' },
  { name: 'uint8', inputs: [small('uint8', 1), small('uint8', 2)], build, torch, gradient: 'none' },
];

function withAnyDtype(build: Compare, torch: string): OperationRows {
  const own = comparisonRows(build, torch);
  return { ...own, rows: [...own.rows, ...anyDtype(build, torch)] };
}

const close: Compare = (a, b) => isclose(a, b);

const near = [
  exactly([1, 1, 100, 100, 0, 1e-9, -5, 7]),
  exactly([1.000001, 1.0001, 100.0005, 100.01, 1e-9, 0, 5, 7]),
];

export const comparisons: Family = {
  notEqual: withAnyDtype(notEqual, 'a != b'),
  lessEqual: comparisonRows(lessEqual, 'a <= b'),
  greaterEqual: comparisonRows(greaterEqual, 'a >= b'),
  logicalXor: withAnyDtype(logicalXor, 'torch.logical_xor(a, b)'),
  isnan: unaryRows(isnan, 'a.isnan()', { gradient: 'kinked', whole: true }),
  isinf: unaryRows(isinf, 'a.isinf()', { gradient: 'kinked', whole: true }),
  isclose: {
    gradient: 'kinked',
    rows: [
      { name: 'near', inputs: near, build: close, torch: 'torch.isclose(a, b)' },
      {
        name: 'rtol and atol',
        inputs: near,
        build: (a, b) => isclose(a, b, { rtol: 0, atol: 0.001 }),
        torch: 'torch.isclose(a, b, rtol=0, atol=0.001)',
      },
      {
        name: 'int32',
        inputs: [small('int32', 1), small('int32', 2)],
        build: close,
        torch: 'torch.isclose(a, b)',
      },
    ],
    special: [
      {
        name: 'special values',
        inputs: [...specialPairs],
        build: close,
        torch: 'torch.isclose(a, b)',
      },
      {
        name: 'equal NaN',
        inputs: [...specialPairs],
        build: (a, b) => isclose(a, b, { equalNan: true }),
        torch: 'torch.isclose(a, b, equal_nan=True)',
      },
    ],
  },
};
