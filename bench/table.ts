/** Aligned text tables, as in the library's own commands, and sizes of memory. */

export { formatMilliseconds, formatNumber, formatTable } from '../src/text/table.js';

/** `12.4 MB`. */
export const formatMegabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
