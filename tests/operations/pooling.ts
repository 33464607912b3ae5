/** Rows of poolings. */

import type { Family } from './row.js';

export const pooling: Family = {};
