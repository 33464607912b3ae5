/** Rows of resizing, padding and shuffled pixels. */

import type { Family } from './row.js';

export const resizing: Family = {};
