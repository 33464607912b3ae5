/** Padding of pictures [..., H, W]: with a constant, reflected, replicated or wrapped around. */

import { ShapeError, ValueError } from '../graph/errors.js';
import { formatShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { concatenate } from './concatenate.js';
import { pad } from './pad.js';
import { expand, flip, slice } from './view.js';

/** What stands in the padding: zeros, the mirrored inside, the nearest edge, or the other side. */
export type PaddingMode = 'zeros' | 'reflect' | 'replicate' | 'circular';

export const paddingModes: readonly PaddingMode[] = ['zeros', 'reflect', 'replicate', 'circular'];

/** Padding of all four sides, or PyTorch's order [left, right, top, bottom]. */
export type SidePadding = number | readonly [number, number, number, number];

/** Side padding as [top, bottom, left, right]; throws ValueError unless all are whole numbers. */
export function sidesOf(
  padding: SidePadding,
  owner: string,
  least = 0,
): readonly [number, number, number, number] {
  const sides = typeof padding === 'number' ? [padding, padding, padding, padding] : padding;
  if (sides?.length !== 4 || sides.some((n) => !Number.isInteger(n) || n < least)) {
    const range = least === 0 ? 'whole numbers of zero or more' : 'whole numbers';
    throw new ValueError(
      `${owner}: padding ${JSON.stringify(padding)}; expected one number or ` +
        `[left, right, top, bottom], ${range}`,
    );
  }
  const [left, right, top, bottom] = sides;
  return [top, bottom, left, right];
}

/** Pads the last two dimensions by [top, bottom, left, right]. */
export function padPicture(
  x: Tensor,
  [top, bottom, left, right]: readonly [number, number, number, number],
  mode: PaddingMode,
): Tensor {
  if (x.rank < 2) {
    throw new ShapeError(`padding ${mode}: expected [..., H, W], got ${formatShape(x.shape)}`);
  }
  if (mode === 'zeros') {
    const around = (vertical: number, horizontal: number) =>
      x.shape.map((_, dim) => [vertical, horizontal][dim - x.rank + 2] ?? 0);
    return pad(x, { low: around(top, left), high: around(bottom, right) });
  }
  const rows = padAxis(x, { dim: x.rank - 2, low: top, high: bottom, mode });
  return padAxis(rows, { dim: x.rank - 1, low: left, high: right, mode });
}

interface AxisPadding {
  readonly dim: number;
  readonly low: number;
  readonly high: number;
  readonly mode: 'reflect' | 'replicate' | 'circular';
}

function padAxis(x: Tensor, { dim, low, high, mode }: AxisPadding): Tensor {
  if (low === 0 && high === 0) return x;
  const extent = x.shape[dim];
  const most = { reflect: extent - 1, replicate: extent > 0 ? Infinity : 0, circular: extent }[
    mode
  ];
  if (low > most || high > most) {
    throw new ShapeError(
      `padding ${mode}: ${low} before and ${high} behind dimension ${dim} of ` +
        `${formatShape(x.shape)}; at most ${Math.max(most, 0)} fit, use less or another mode`,
    );
  }
  const part = (from: number, to: number) =>
    slice(x, {
      start: x.shape.map((_, d) => (d === dim ? from : 0)),
      end: x.shape.map((whole, d) => (d === dim ? to : whole)),
    });
  const edge = (at: number, count: number) =>
    expand(
      part(at, at + 1),
      x.shape.map((whole, d) => (d === dim ? count : whole)),
    );
  const before = {
    reflect: () => flip(part(1, low + 1), [dim]),
    replicate: () => edge(0, low),
    circular: () => part(extent - low, extent),
  }[mode];
  const behind = {
    reflect: () => flip(part(extent - 1 - high, extent - 1), [dim]),
    replicate: () => edge(extent - 1, high),
    circular: () => part(0, high),
  }[mode];
  return concatenate([...(low > 0 ? [before()] : []), x, ...(high > 0 ? [behind()] : [])], dim);
}

export interface ConstantPadOptions {
  /** Default: 0. */
  value?: number;
}

/**
 * x [..., H, W] with `value` around it; negative padding crops.
 *
 *     const y = constantPad2d(x, [1, 1, 2, 2], { value: 0.5 });
 */
export function constantPad2d(
  x: Tensor,
  padding: SidePadding,
  { value = 0 }: ConstantPadOptions = {},
): Tensor {
  const [top, bottom, left, right] = sidesOf(padding, 'constantPad2d', -Infinity);
  if (x.rank < 2) {
    throw new ShapeError(`constantPad2d: expected [..., H, W], got ${formatShape(x.shape)}`);
  }
  const around = (vertical: number, horizontal: number) =>
    x.shape.map((_, dim) => [vertical, horizontal][dim - x.rank + 2] ?? 0);
  return pad(x, { low: around(top, left), high: around(bottom, right), value });
}

/**
 * x [..., H, W] mirrored at its edges, which are not repeated; less than the extent on each side.
 *
 *     const y = reflectionPad2d(x, 2);
 */
export const reflectionPad2d = (x: Tensor, padding: SidePadding): Tensor =>
  padPicture(x, sidesOf(padding, 'reflectionPad2d'), 'reflect');

/**
 * x [..., H, W] with its edges repeated outwards.
 *
 *     const y = replicationPad2d(x, [0, 1, 0, 1]);
 */
export const replicationPad2d = (x: Tensor, padding: SidePadding): Tensor =>
  padPicture(x, sidesOf(padding, 'replicationPad2d'), 'replicate');

/**
 * x [..., H, W] wrapped around: what leaves on one side comes in on the other.
 *
 *     const y = circularPad2d(x, 1);
 */
export const circularPad2d = (x: Tensor, padding: SidePadding): Tensor =>
  padPicture(x, sidesOf(padding, 'circularPad2d'), 'circular');
