/** Rows of random numbers and dropout. */

import type { Family } from './row.js';

export const random: Family = {};
