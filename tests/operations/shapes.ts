/** Rows of operations on shapes, and of joining and parting. */

import type { Family } from './row.js';

export const shapes: Family = {};
