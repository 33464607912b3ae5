/** Compares what a model gave with what was expected, by the rules of ONNX's backend tests. */

import type { TensorData } from '../formats/index.js';

/** ONNX's tolerances; integers and bools must be equal. */
const rtol = 1e-3;
const atol = 1e-7;

/** What differs first, as the rest of a sentence about the output; null when nothing does. */
export function differenceOf(expected: TensorData, got: TensorData): string | null {
  if (got.type !== expected.type) return `is ${got.type}; expected ${expected.type}`;
  const shapes = [got.shape, expected.shape].map((shape) => `[${shape.join(', ')}]`);
  if (shapes[0] !== shapes[1]) return `is ${shapes[0]}; expected ${shapes[1]}`;
  for (let i = 0; i < expected.data.length; i++) {
    const [wanted, value] = [Number(expected.data[i]), Number(got.data[i])];
    if (close(value, wanted)) continue;
    return `is ${value} at [${coordinates(i, expected.shape)}] of ${shapes[0]}; expected ${wanted}`;
  }
  return null;

  function close(value: number, wanted: number): boolean {
    if (Object.is(value, wanted) || value === wanted) return true;
    if (!expected.type.includes('float')) return false;
    return Math.abs(value - wanted) <= atol + rtol * Math.abs(wanted);
  }
}

function coordinates(index: number, shape: readonly number[]): string {
  const places = new Array<number>(shape.length);
  for (let dim = shape.length - 1; dim >= 0; dim--) {
    places[dim] = index % shape[dim];
    index = Math.floor(index / shape[dim]);
  }
  return places.join(', ');
}
