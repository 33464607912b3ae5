/** The plain copy: what memory or cache can do for a working set of one size, in our own engine. */

import { compile, Variable } from '../../src/index.js';
import { hashedValues } from '../hashed-data.js';
import { type OwnSession, openOwnSession } from '../own-session.js';

export interface CopySession extends OwnSession {
  /** Bytes read and written by one copy. */
  readonly bytes: number;
}

/** Copies one array to another on every thread; both together have about `workingSet` bytes. */
export function openCopy(workingSet: number): CopySession {
  const length = Math.ceil(workingSet / 8);
  const source = new Variable(hashedValues(length, 1), [length], 'float32');
  const target = new Variable(new Float32Array(length), [length], 'float32');
  const copy = compile(() => {
    target.assign(source);
    return {};
  });
  return { ...openOwnSession(copy), engine: 'copy', bytes: 8 * length };
}
