/** A test that a call is refused with an error that says what happened and how to mend it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ShapeError, ValueError } from '../src/index.js';

/** The call throws an error of the kind that says all of `parts`. */
export function refuses(
  name: string,
  call: () => unknown,
  { kind, parts }: { kind: typeof ShapeError | typeof ValueError; parts: readonly string[] },
): void {
  test(name, () => {
    assert.throws(call, (error: Error) => {
      assert.ok(error instanceof kind, `a ${kind.name}, not ${error.name}: ${error.message}`);
      for (const part of parts) {
        assert.ok(error.message.includes(part), `"${error.message}" does not say "${part}"`);
      }
      return true;
    });
  });
}
