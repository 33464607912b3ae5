/** Brings the channels of a JPEG picture to its resolution, as libjpeg's "fancy" triangle filter does. */

import type { Component } from './frame.js';

/** A row of samples in the picture's resolution, which the next call may overwrite. */
export type RowOf = (y: number) => Uint8Array;

/** How rows of a component are made. */
export function upsampler(component: Component): RowOf {
  const { stretchX, stretchY, width } = component;
  if (stretchX === 1 && stretchY === 1) return (y) => sampleRow(component, y);
  if (stretchX === 2 && stretchY === 1 && width > 2) return wider(component);
  if (stretchX === 1 && stretchY === 2) return higher(component);
  if (stretchX === 2 && stretchY === 2 && width > 2) return larger(component);
  return repeated(component);
}

function sampleRow({ plane, storedAcross }: Component, y: number): Uint8Array {
  return plane.subarray(y * storedAcross * 8, (y + 1) * storedAcross * 8);
}

/** Three quarters of a sample and one of its neighbour to that side; halves round left down, right up. */
function wider(component: Component): RowOf {
  const last = component.width - 1;
  const out = new Uint8Array(2 * component.width);
  return (y) => {
    const from = sampleRow(component, y);
    for (let x = 0; x <= last; x++) {
      out[2 * x] = x === 0 ? from[0] : (3 * from[x] + from[x - 1] + 1) >> 2;
      out[2 * x + 1] = x === last ? from[x] : (3 * from[x] + from[x + 1] + 2) >> 2;
    }
    return out;
  };
}

/** The row that lies nearer to row `y` of the picture, and the next one on its other side. */
function rowPair(component: Component, y: number): [near: Uint8Array, far: Uint8Array] {
  const near = y >> 1;
  const far = y & 1 ? Math.min(near + 1, component.height - 1) : Math.max(near - 1, 0);
  return [sampleRow(component, near), sampleRow(component, far)];
}

function higher(component: Component): RowOf {
  const out = new Uint8Array(component.width);
  return (y) => {
    const [near, far] = rowPair(component, y);
    const bias = y & 1 ? 2 : 1;
    for (let x = 0; x < out.length; x++) out[x] = (3 * near[x] + far[x] + bias) >> 2;
    return out;
  };
}

function larger(component: Component): RowOf {
  const last = component.width - 1;
  const sums = new Int32Array(component.width);
  const out = new Uint8Array(2 * component.width);
  return (y) => {
    const [near, far] = rowPair(component, y);
    for (let x = 0; x <= last; x++) sums[x] = 3 * near[x] + far[x];
    for (let x = 0; x <= last; x++) {
      out[2 * x] = (3 * sums[x] + sums[x === 0 ? 0 : x - 1] + 8) >> 4;
      out[2 * x + 1] = (3 * sums[x] + sums[x === last ? x : x + 1] + 7) >> 4;
    }
    return out;
  };
}

function repeated(component: Component): RowOf {
  const { stretchX, stretchY, width } = component;
  const out = new Uint8Array(width * stretchX);
  return (y) => {
    const from = sampleRow(component, Math.floor(y / stretchY));
    for (let x = 0; x < out.length; x++) out[x] = from[Math.floor(x / stretchX)];
    return out;
  };
}
