/** The notation of einsum: which label each dimension of each operand has, and those of the output. */

import { ShapeError } from '../graph/errors.js';
import { formatShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';

export interface Equation {
  /** The labels of each operand, one for each dimension. */
  readonly inputs: readonly (readonly string[])[];
  /** Each label once. */
  readonly output: readonly string[];
}

/**
 * Reads an equation for these operands; dimensions under `...` get the labels `...0`, counted from the last.
 *
 * Throws ShapeError when it is none, or does not fit the operands in number or rank.
 */
export function parseEquation(equation: string, operands: readonly Tensor[]): Equation {
  const refuse = (why: string): never => {
    throw new ShapeError(`einsum "${equation}": ${why}`);
  };
  const [left, right, ...more] = equation.replaceAll(/\s/g, '').split('->');
  if (more.length > 0) refuse('there is more than one "->"; write inputs->output');
  const terms = left.split(',');
  for (const term of right === undefined ? terms : [...terms, right]) {
    if (/^[a-zA-Z]*(\.\.\.)?[a-zA-Z]*$/.test(term)) continue;
    refuse(`"${term}" is no list of labels; use letters and at most one "..."`);
  }
  if (operands.length === 0) refuse('there are no operands; give one for each term');
  if (terms.length !== operands.length) {
    refuse(`${terms.length} terms for ${operands.length} operands; separate terms by commas`);
  }
  const inputs = operands.map(({ shape }, i) => {
    const named = terms[i].replace('...', '').length;
    const hidden = shape.length - named;
    if (hidden < 0 || (hidden > 0 && !terms[i].includes('...'))) {
      refuse(
        `"${terms[i]}" names ${named} dimensions, but operand ${i} is ${formatShape(shape)}; ` +
          `name each one, or write "..." for the others`,
      );
    }
    return labelsOf(terms[i], hidden);
  });
  const all = inputs.flat();
  const hidden = inputs.map((labels) => labels.filter((label) => label.length > 1).length);
  const output = labelsOf(right ?? impliedBy(terms), Math.max(...hidden));
  output.forEach((label, place) => {
    if (output.indexOf(label) < place) refuse(`the output has "${label}" twice; take it once`);
    if (!all.includes(label)) refuse(`the output has "${label}", which no operand has`);
  });
  return { inputs, output };
}

/** One label for each dimension, `hidden` of them under `...`. */
function labelsOf(term: string, hidden: number): string[] {
  const [before, behind = ''] = term.split('...');
  const unnamed = Array.from({ length: hidden }, (_, i) => `...${hidden - 1 - i}`);
  return term.includes('...') ? [...before, ...unnamed, ...behind] : [...before];
}

/** The output that an equation without `->` has. */
function impliedBy(terms: readonly string[]): string {
  const letters = [...terms.join('').replaceAll('.', '')];
  const once = letters.filter((letter) => letters.indexOf(letter) === letters.lastIndexOf(letter));
  const hidden = terms.some((term) => term.includes('...')) ? '...' : '';
  return hidden + once.sort().join('');
}
