/** Rows of gathering, scattering and sorting. */

import type { Family } from './row.js';

export const indexing: Family = {};
