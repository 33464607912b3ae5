/** readPoints: points in the plane from a text of two numbers a line. */

import { FormatError } from '../../formats/format-error.js';
import type { PointSet } from './point-set.js';

/** Points are moved and scaled to lie within about this from the middle. */
const REACH = 2;

/**
 * The points of a CSV text, a line of `x,y` each; a first line of names is passed over. They are moved and scaled
 * as a whole to lie around the middle, two standard deviations at 2.
 *
 * Throws FormatError for lines that are none, or fewer than two points.
 *
 *     const set = readPoints(await readFile('points.csv', 'utf8'), 'points.csv');
 */
export function readPoints(text: string, fileName: string): PointSet {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const points: [number, number][] = [];
  lines.forEach((line, i) => {
    if (line === '') return;
    const parts = line.split(/[,;\t ]+/).map((part) => (part === '' ? Number.NaN : Number(part)));
    if (parts.length === 2 && parts.every(Number.isFinite)) points.push([parts[0], parts[1]]);
    else if (points.length > 0 || i > 0) {
      throw new FormatError(fileName, {
        happened: `line ${i + 1} is ${JSON.stringify(line.slice(0, 40))}`,
        expected: 'two numbers with a comma between, such as 0.5,-1',
        mend: 'mend or remove the line',
      });
    }
  });
  if (points.length < 2) {
    throw new FormatError(fileName, {
      happened: `it has ${points.length === 1 ? 'one point' : 'no points'}`,
      expected: 'two points or more, a line of x,y each',
      mend: 'add points',
    });
  }
  return { name: fileName, ...fitted(points), length: points.length, modes: null };
}

function fitted(points: readonly (readonly [number, number])[]): { points: Float32Array } {
  const mean = [0, 1].map((axis) => points.reduce((sum, p) => sum + p[axis], 0) / points.length);
  const squares = points.reduce((sum, [x, y]) => sum + (x - mean[0]) ** 2 + (y - mean[1]) ** 2, 0);
  // Of both axes together, so that the shape keeps its proportions.
  const deviation = Math.sqrt(squares / (2 * points.length)) || 1;
  const scale = REACH / (2 * deviation);
  return {
    points: Float32Array.from(
      points.flatMap(([x, y]) => [(x - mean[0]) * scale, (y - mean[1]) * scale]),
    ),
  };
}
