/** Finds parts that come several times in a row, so that they are drawn once. */

import { layersOf } from './blocks.js';
import type { Part, Repeat, Series, Step } from './structure.js';

/** Simple blocks in a row are folded from so many on: fewer are told apart at a glance. */
const leastSimple = 5;

/** The series with repeated parts folded, in branches and heads as well. */
export function folded(series: Series): Series {
  const parts = series.map(foldedWithin);
  const signs = parts.map(signOf);
  const result: Part[] = [];
  for (let at = 0; at < parts.length; ) {
    const { period, count } = longestRun(signs, at, parts);
    if (count < 2) {
      result.push(parts[at]);
      at++;
      continue;
    }
    const times = Array.from({ length: count }, (_, i) =>
      parts.slice(at + i * period, at + (i + 1) * period),
    );
    result.push({ type: 'repeat', times } satisfies Repeat);
    at += period * count;
  }
  return result;
}

const foldedStep = (step: Step): Step => ({ ...step, heads: step.heads.map(folded) });

function foldedWithin(part: Part): Part {
  if (part.type === 'step') return foldedStep(part);
  if (part.type !== 'fork') return part;
  return { ...part, branches: part.branches.map(folded), join: part.join && foldedStep(part.join) };
}

/** How often which number of parts comes from `at` on: the most parts, and the shortest that repeats. */
function longestRun(signs: readonly string[], at: number, parts: readonly Part[]) {
  let best = { period: 1, count: 1 };
  for (let period = 1; at + 2 * period <= signs.length; period++) {
    let count = 1;
    const again = (i: number): boolean => signs[at + i] === signs[at + count * period + i];
    const whole = Array.from({ length: period }, (_, i) => i);
    while (at + (count + 1) * period <= signs.length && whole.every(again)) count++;
    const simple = parts.slice(at, at + period).every(({ type }) => type === 'step');
    if (count < 2 || (simple && period * count < leastSimple)) continue;
    if (period * count > best.period * best.count) best = { period, count };
  }
  return best;
}

/** Equal for parts that would look alike; heads make a part unlike any other. */
function signOf(part: Part): string {
  if (part.type === 'step') return stepSign(part);
  if (part.type === 'mesh') return `mesh(${part.steps.map(stepSign)};${part.links.join(' ')})`;
  if (part.type === 'repeat') return `${part.times.length}x(${seriesSign(part.times[0])})`;
  const branches = part.branches.map(seriesSign).join('|');
  return `fork(${branches})${part.join ? stepSign(part.join) : ''}`;
}

const seriesSign = (series: Series): string => series.map(signOf).join(',');

function stepSign({ block, heads }: Step): string {
  const layers = layersOf(block).map(({ kind, operation, kernel, stride, groups }) =>
    [kind, operation, kernel, stride, groups].join(' '),
  );
  return heads.length > 0 ? `only ${block.id}` : `${layers.join('+')} ${block.shape}`;
}
