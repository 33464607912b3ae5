/** Scales of charts: from values to units of the picture, and round numbers to mark on them. */

export type ScaleKind = 'linear' | 'logarithmic';

/** A value and the room that it takes on both sides of it, in units of the picture. */
export interface Placed {
  readonly value: number;
  readonly radius: number;
}

export interface Scale {
  readonly at: (value: number) => number;
  /** Round values within the scale, in order. */
  readonly ticks: readonly number[];
}

export interface ScaleOptions {
  readonly kind: ScaleKind;
  /** Where the scale begins and ends, in units of the picture; it may run backwards. */
  readonly range: readonly [from: number, to: number];
  /** Whether a linear scale begins at 0. */
  readonly fromZero?: boolean;
  /** About how many round values there are to be. */
  readonly ticks: number;
}

/** A scale that shows all of `placed` whole. */
export function scaleFor(
  placed: readonly Placed[],
  { kind, range, fromZero = false, ticks }: ScaleOptions,
): Scale {
  const forth = kind === 'linear' ? (value: number) => value : Math.log10;
  const length = Math.abs(range[1] - range[0]);
  const units = placed.map(({ value, radius }) => ({ unit: forth(value), radius }));
  const least = Math.min(...units.map(({ unit }) => unit));
  const most = Math.max(...units.map(({ unit }) => unit));
  // A single value stands in the middle of some others.
  const margin = least === most ? 0.05 * Math.abs(most || 1) : 0;
  const begin = fromZero && kind === 'linear' ? 0 : null;
  let low = begin ?? least - margin;
  let high = most + margin;
  // Room in units of the picture is another one in values once the scale has grown for it.
  for (let i = 0; i < 40; i++) {
    const each = (high - low) / length;
    low = begin ?? Math.min(low, ...units.map(({ unit, radius }) => unit - radius * each));
    high = Math.max(high, ...units.map(({ unit, radius }) => unit + radius * each));
  }
  const at = (value: number): number =>
    range[0] + ((forth(value) - low) / (high - low)) * (range[1] - range[0]);
  const found =
    kind === 'linear' ? roundValues(low, high, ticks) : roundPowers(10 ** low, 10 ** high, ticks);
  return { at, ticks: found };
}

/** Multiples of 1, 2 or 5 times a power of ten between `low` and `high`. */
function roundValues(low: number, high: number, count: number): number[] {
  const step = roundAbove((high - low) / count);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => clean((first + i) * step));
}

/** Powers of ten between `low` and `high`, with 2 and 5 times them where there are few. */
function roundPowers(low: number, high: number, count: number): number[] {
  const digits = Math.log10(high / low) * 3 > 2 * count ? [1] : [1, 2, 5];
  const powers = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
    for (const digit of digits) powers.push(clean(digit * 10 ** power));
  }
  return powers.filter((value) => value >= low && value <= high);
}

/** The smallest 1, 2 or 5 times a power of ten that is not below `value`. */
export function roundAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const digit = [1, 2, 5, 10].find((each) => each * power >= value * (1 - 1e-9))!;
  return clean(digit * power);
}

/** Without what binary fractions leave behind. */
const clean = (value: number): number => Number(value.toPrecision(12));
