/** Rows of convolutions. */

import type { Family } from './row.js';

export const convolution: Family = {};
