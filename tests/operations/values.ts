/** The committed values of PyTorch for the rows, and the comparison with them. */

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import type { Value } from '../../src/backends/reference/kernel.js';
import type { DType } from '../../src/graph/dtype.js';
import { hashOf, type TestedRow } from './row.js';

export interface TorchValue {
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** Infinities, NaN and -0 as text. */
  readonly data: readonly (number | string)[];
}

export interface TorchValues {
  readonly hash: string;
  readonly outputs: readonly TorchValue[];
  /** Of the weighted sum of the outputs with respect to each float input; none where none are compared. */
  readonly gradients: readonly TorchValue[];
}

/** By operation, then by the name of the row. */
type FamilyValues = Record<string, Record<string, TorchValues>>;

/** A number as JSON can hold it. */
export function spelled(value: number): number | string {
  return Number.isFinite(value) && !Object.is(value, -0)
    ? value
    : Object.is(value, -0)
      ? '-0'
      : `${value}`;
}

/** What values/ holds of a family; nothing before it was generated for the first time. */
export function readValues(family: string): FamilyValues {
  const path = new URL(`../../../tests/operations/values/${family}.json`, import.meta.url);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as FamilyValues) : {};
}

/** The values of a row; throws when they were computed for other inputs or another expression. */
export function valuesFor(
  row: TestedRow,
  stored: Record<string, TorchValues> | undefined,
  family: string,
): TorchValues {
  const values = stored?.[row.name];
  if (values?.hash === hashOf(row)) return values;
  throw new Error(
    `tests/operations/values/${family}.json has no values of PyTorch for this row as it is now; ` +
      `run: npx tsc && python3 tests/operations/generate.py ${family}`,
  );
}

/** The tolerance of a row that gives none. The stored digits are 12. */
const usual = 1e-11;

/** Equal in shape, dtype, NaN and infinities; numbers to `tolerance` of the largest, or each of itself in special rows. */
export function assertTorchValue(
  actual: Value,
  stored: TorchValue,
  { what, row }: { what: string; row: TestedRow },
): void {
  assert.deepEqual([...actual.shape], [...stored.shape], `${what}: shape`);
  assert.equal(actual.dtype, stored.dtype, `${what}: dtype`);
  const expected = stored.data.map(Number);
  const finite = row.special ? [] : expected.filter(Number.isFinite).map(Math.abs);
  const largest = finite.reduce((a, b) => Math.max(a, b), 0);
  const tolerance = stored.dtype === 'float32' ? (row.tolerance ?? usual) : 0;
  expected.forEach((value, i) => {
    const found = actual.data[i];
    if (Object.is(found, value) || found === value) return;
    if (Math.abs(found - value) <= tolerance * Math.max(Math.abs(value), largest)) return;
    assert.fail(
      `${what}: element ${i} of [${stored.shape}] is ${found}, PyTorch computed ${value}`,
    );
  });
}
