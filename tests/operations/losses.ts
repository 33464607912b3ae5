/** Rows of losses. */

import type { Family } from './row.js';

export const losses: Family = {};
