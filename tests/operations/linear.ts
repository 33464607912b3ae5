/** Rows of matrix products. */

import type { Family } from './row.js';

export const linear: Family = {};
