/** A confusion matrix as a table: true classes down, predicted classes across. */

import { fit, type Paint, pad, paint, percent, widthOf } from './paint.js';

export interface ConfusionMatrixOptions {
  /** Whether the terminal shows colour; without it the right answers stand in brackets. */
  readonly color?: boolean;
}

const widestName = 20;
const widestHeading = 6;
/** Up to here every column is wide enough for its precision and the table for 80 characters. */
const comfortable = 10;
/** More classes than this do not fit beside each other; only their confusions are listed. */
const mostColumns = 26;
const confusionsListed = 20;
/** An error this frequent within its class is shown in red. */
const notable = 0.01;

/**
 * The counts with recall per class, precision per column and the accuracy beneath.
 *
 * `matrix` is row-major `[classes, classes]` (or rows of numbers): entry `[t, p]` counts the
 * pictures of class `t` that were taken for class `p`. Above 26 classes the most frequent
 * confusions are listed instead of the table.
 *
 * @throws {RangeError} when the matrix has not one row and one column per class.
 * @example
 * drawConfusionMatrix([[980, 0], [3, 1132]], ['0', '1'], { color: false });
 */
export function drawConfusionMatrix(
  matrix: Uint32Array | readonly (readonly number[])[],
  classes: readonly string[],
  { color = false }: ConfusionMatrixOptions = {},
): string {
  const counts = toRows(matrix, classes.length);
  const table =
    classes.length <= mostColumns
      ? drawTable(counts, classes, color)
      : drawConfusions(counts, classes, color);
  const all = sum(counts.map(sum));
  const right = sum(counts.map((row, i) => row[i]));
  const accuracy = `${right} of ${all} right, accuracy ${percentOfAll(right, all)}`;
  return [...table, '', paint(accuracy, 'bold', color)].join('\n');
}

function drawTable(
  counts: readonly (readonly number[])[],
  classes: readonly string[],
  color: boolean,
): string[] {
  const short = classes.every((name) => widthOf(name) <= widestHeading);
  const headings = short ? classes : classes.map((_, i) => String(i));
  const names = short ? classes : classes.map((name, i) => `${String(i).padStart(2)} ${name}`);
  const nameWidth = Math.max(9, ...names.map((name) => widthOf(fit(name, widestName))));
  // Room for the brackets, so that the columns are the same with and without colour.
  const width = Math.max(
    classes.length <= comfortable ? '100.0 '.length : 0,
    ...headings.map((heading) => widthOf(heading) + 2),
    ...counts.flat().map((count) => `[${count}]`.length),
  );
  const lines = [
    `${' '.repeat(nameWidth)}  ${paint('predicted', 'dim', color)}`,
    [
      paint(pad('true', nameWidth), 'dim', color),
      ...headings.map((heading) => paint(`${pad(heading, width - 1, 'left')} `, 'bold', color)),
      paint('  recall', 'dim', color),
    ].join(''),
  ];
  for (const [t, row] of counts.entries()) {
    const total = sum(row);
    const cells = row.map((count, p) => {
      const text = count === 0 && p !== t ? '·' : String(count);
      const inside = p === t && !color ? `[${text}]` : `${text} `;
      return paint(inside.padStart(width), stylesOf(count, { right: p === t, total }), color);
    });
    lines.push(
      [
        paint(pad(names[t], nameWidth), 'bold', color),
        ...cells,
        percent(row[t] / total).padStart(8),
      ].join(''),
    );
  }
  const precisions = counts.map((row, p) => {
    const share = row[p] / sum(counts.map((other) => other[p]));
    // `100.0` would touch the name of the row where columns are narrow.
    const text = percent(share).replace(' %', '').replace('100.0', '100');
    return `${text.padStart(width - 1)} `;
  });
  if (precisions.every((text) => widthOf(text) === width)) {
    const line = `${pad('precision', nameWidth)}${precisions.join('')}       %`;
    lines.push(paint(line, 'dim', color));
  }
  return lines.map((line) => line.trimEnd());
}

function stylesOf(
  count: number,
  { right, total }: { right: boolean; total: number },
): readonly Paint[] {
  if (right) return ['green', 'bold'];
  if (count === 0) return ['dim'];
  return [count >= notable * total ? 'red' : undefined];
}

function drawConfusions(
  counts: readonly (readonly number[])[],
  classes: readonly string[],
  color: boolean,
): string[] {
  const confusions = counts
    .flatMap((row, t) => row.map((count, p) => ({ count, t, p })))
    .filter(({ count, t, p }) => count > 0 && t !== p)
    .sort((a, b) => b.count - a.count)
    .slice(0, confusionsListed);
  const width = Math.max(0, ...confusions.map(({ t }) => widthOf(fit(classes[t], widestName))));
  return [
    paint(`the most frequent confusions of ${classes.length} classes`, 'dim', color),
    ...confusions.map(({ count, t, p }) => {
      const number = paint(String(count).padStart(7), 'red', color);
      return `${number}  ${pad(classes[t], width)} -> ${fit(classes[p], widestName)}`;
    }),
  ];
}

function toRows(
  matrix: Uint32Array | readonly (readonly number[])[],
  size: number,
): readonly (readonly number[])[] {
  const rows =
    matrix instanceof Uint32Array
      ? Array.from({ length: matrix.length === size * size ? size : 0 }, (_, t) =>
          Array.from(matrix.subarray(t * size, (t + 1) * size)),
        )
      : matrix;
  if (rows.length !== size || rows.some((row) => row.length !== size)) {
    throw new RangeError(
      `the confusion matrix has ${matrix.length} ${matrix instanceof Uint32Array ? 'entries' : 'rows'}; expected ${size} x ${size}, one row and one column per class`,
    );
  }
  return rows;
}

function percentOfAll(right: number, all: number): string {
  return all === 0 ? '–' : `${((100 * right) / all).toFixed(2)} %`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
