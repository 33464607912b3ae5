/** The steps that components of codes are rounded to: numbers that a file holds in few bits, exactly. */

/** A step is the base times 1, 1.5, 2, 3, 4, 6 ...: this many of them, and one class for components without any. */
export const STEP_CLASSES = 32;
export const UNUSED = STEP_CLASSES - 1;

/** Bases are (256 + mantissa) * 2^(exponent - BIAS). */
export interface StepBase {
  readonly mantissa: number;
  readonly exponent: number;
}

const MANTISSAS = 256;
const BIAS = 128;

/** One base for all components, and a class for each. */
export interface CodeSteps {
  readonly base: StepBase;
  readonly classes: Uint8Array;
}

/** The step of each component; 0 where a component is not used. */
export function stepsOf({ base, classes }: CodeSteps): Float64Array {
  const smallest = (MANTISSAS + base.mantissa) * 2 ** (base.exponent - BIAS);
  return Float64Array.from(classes, (k) => (k === UNUSED ? 0 : smallest * multiple(k)));
}

/** The nearest steps that a file can hold. */
export function nearestSteps(wanted: Float64Array): CodeSteps {
  const smallest = Math.min(...wanted);
  const exponent = Math.min(255, Math.max(0, Math.floor(Math.log2(smallest)) - 8 + BIAS));
  const unit = 2 ** (exponent - BIAS);
  const mantissa = Math.min(MANTISSAS - 1, Math.max(0, Math.round(smallest / unit) - MANTISSAS));
  const base = { mantissa, exponent };
  const classes = Uint8Array.from(wanted, (step) => {
    const doublings = Math.floor(Math.log2(step / smallest));
    const rest = step / smallest / 2 ** doublings;
    const nearest = rest < Math.sqrt(1.5) ? 0 : rest < Math.sqrt(3) ? 1 : 2;
    return Math.min(UNUSED - 1, Math.max(0, 2 * doublings + nearest));
  });
  return { base, classes };
}

/** The same steps for the components in which something is not 0. */
export function usedSteps({ base, classes }: CodeSteps, numbers: Int32Array): CodeSteps {
  const used = new Uint8Array(classes.length);
  numbers.forEach((value, i) => {
    if (value !== 0) used[i % classes.length] = 1;
  });
  return { base, classes: classes.map((k, d) => (used[d] ? k : UNUSED)) };
}

/** Codes [N, latent] in steps, rounded. Throws RangeError for what is no number, or more than 2^31 steps from 0. */
export function quantise(codes: Float32Array, steps: Float64Array): Int32Array {
  return Int32Array.from(codes, (value, i) => {
    const step = steps[i % steps.length];
    const number = step === 0 ? 0 : Math.round(value / step);
    if (Math.abs(number) < 2 ** 31) return number;
    throw new RangeError(
      `a code has the component ${value}, which is no number of steps of ${step}`,
    );
  });
}

/** The codes [N, latent] that numbers of steps stand for. */
export const dequantise = (numbers: Int32Array, steps: Float64Array): Float32Array =>
  Float32Array.from(numbers, (number, i) => number * steps[i % steps.length]);

const multiple = (k: number): number => (k % 2 === 0 ? 1 : 1.5) * 2 ** Math.floor(k / 2);
