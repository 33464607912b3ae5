/** Rows of layers, as functions of their inputs and parameters. */

import type { Family } from './row.js';

export const layers: Family = {};
