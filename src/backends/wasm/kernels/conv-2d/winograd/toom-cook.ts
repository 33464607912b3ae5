/**
 * The matrices of fast correlation: m outputs of r taps from m + r - 1 products instead of m r
 * (Winograd, "Arithmetic Complexity of Computations", 1980; Lavin and Gray, "Fast Algorithms for
 * Convolutional Neural Networks", 2016).
 *
 *     outputs = result ((taps g) * (data d))        * element by element
 *
 * By Toom and Cook: polynomials are evaluated at points, multiplied there and interpolated again.
 */

export type Matrix = readonly (readonly number[])[];

export interface FastCorrelation {
  readonly outputs: number;
  readonly taps: number;
  /** Data in a tile, and products: outputs + taps - 1. */
  readonly size: number;
  /** [size, size], for a tile of data. */
  readonly dataMatrix: Matrix;
  /** [size, taps] */
  readonly tapMatrix: Matrix;
  /** [outputs, size] */
  readonly resultMatrix: Matrix;
}

/**
 * The finite points by size; the last point of each is infinity. Small numbers and few of them keep the
 * error small, pairs of opposite ones share arithmetic.
 */
const pointsOfSize: Readonly<Record<number, readonly number[]>> = {
  3: [0, 1],
  4: [0, 1, -1],
  5: [0, 1, -1, 2],
  6: [0, 1, -1, 0.5, -0.5],
};

export function fastCorrelation(outputs: number, taps: number): FastCorrelation {
  const size = outputs + taps - 1;
  if (Math.min(outputs, taps) === 1) return correlationOfOne(outputs, taps);
  const points = pointsOfSize[size];
  if (!points) throw new Error(`internal: no points for tiles of ${size}`);
  const others = (j: number): number[] => points.filter((_, l) => l !== j);
  const powers = (count: number, point: number): number[] =>
    Array.from({ length: count }, (_, i) => point ** i);
  const atInfinity = (count: number): number[] =>
    Array.from({ length: count }, (_, i) => (i === count - 1 ? 1 : 0));
  const dataMatrix = [
    ...points.map((_, j) => [...polynomialWithRoots(others(j)), 0]),
    polynomialWithRoots(points),
  ];
  const tapMatrix = [
    ...points.map((point, j) => {
      const scale = others(j).reduce((product, other) => product * (point - other), 1);
      return powers(taps, point).map((power) => power / scale);
    }),
    atInfinity(taps),
  ];
  const evaluated = [...points.map((point) => powers(outputs, point)), atInfinity(outputs)];
  const resultMatrix = evaluated[0].map((_, i) => evaluated.map((column) => column[i]));
  return { outputs, taps, size, dataMatrix, tapMatrix, resultMatrix };
}

/** One tap, or one output: nothing to save, and nothing to transform. */
function correlationOfOne(outputs: number, taps: number): FastCorrelation {
  const size = Math.max(outputs, taps);
  const identity = Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (__, j) => (i === j ? 1 : 0)),
  );
  const ones = new Array<number>(size).fill(1);
  return {
    ...{ outputs, taps, size, dataMatrix: identity },
    tapMatrix: taps === 1 ? ones.map((one) => [one]) : identity,
    resultMatrix: outputs === 1 ? [ones] : identity,
  };
}

/** Coefficients, the constant first. */
function polynomialWithRoots(roots: readonly number[]): number[] {
  let coefficients = [1];
  for (const root of roots) {
    const next = new Array<number>(coefficients.length + 1).fill(0);
    coefficients.forEach((coefficient, power) => {
      next[power + 1] += coefficient;
      next[power] -= root * coefficient;
    });
    coefficients = next;
  }
  // No negative zeros.
  return coefficients.map((coefficient) => coefficient + 0);
}
