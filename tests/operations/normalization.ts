/** Rows of normalisations. */

import type { Family } from './row.js';

export const normalization: Family = {};
