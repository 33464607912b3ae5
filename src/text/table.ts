/** Aligned text tables, and numbers in them. */

/**
 * Lines of `rows` under `header`, columns aligned; text to the left, numbers to the right.
 *
 *     formatTable(['engine', 'median'], [['fovea', '2.93 ms']]).join('\n');
 */
export function formatTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string[] {
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column].length)),
  );
  const numeric = header.map(
    (_, column) => rows.length > 0 && rows.every((row) => /^(-?[\d.,]|–)/.test(row[column])),
  );
  return [header, ...rows].map((row) =>
    row
      .map((cell, column) =>
        numeric[column] ? cell.padStart(widths[column]) : cell.padEnd(widths[column]),
      )
      .join('  ')
      .trimEnd(),
  );
}

/** `2.93 ms`, with three digits. */
export const formatMilliseconds = (time: number): string => `${formatNumber(time)} ms`;

/** Three digits, or all digits before the point. */
export function formatNumber(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** `138,357,544` */
export const formatCount = (count: number): string => count.toLocaleString('en');

/** `553 MB`, with three digits; a megabyte is a million bytes. */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  const value = bytes / 1000 ** power;
  return `${power === 0 ? value : formatNumber(value)} ${units[power]}`;
}
