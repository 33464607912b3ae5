/** A pen with an unsteady hand: bends pen strokes at random, then inks them into a small grey picture. */

import type { Philox } from '../random/philox.js';
import type { Handwriting } from './digit-strokes.js';

/** Straight pieces between two points that the pen passes. */
const PIECES = 4;
/** Terms of the polynomial that distorts one coordinate. */
const WARP_TERMS = 7;
const MAX_POINTS = 512;
/** How strongly each habit varies, about one standard deviation. */
const POINT_JITTER = 0.028;
const WARP = 0.04;
const ROTATION = 0.13;
const SLANT_MEAN = 0.12;
const SLANT = 0.22;
const WIDTH_MEAN = 0.78;
const WIDTH = 0.16;
const HEIGHT_MEAN = 19.4;
const HEIGHT = 1.5;
const PLACE = 1.1;
const RADIUS_MEAN = 1.25;
const RADIUS = 0.36;
const PRESSURE = 0.16;
/** How far the pen rounds corners off: 0 passes through every point, 1 only near it. */
const ROUND_MIN = 0.3;
const ROUND_MAX = 0.9;

/**
 * Writes one digit after another.
 *
 * NOTE: only +, -, *, / and sqrt are used, which every engine rounds alike, so that a picture is the
 * same to the bit everywhere; `Math.sin`, `Math.exp` and the like are not.
 */
export class Pen {
  readonly #size: number;
  readonly #x = new Float64Array(MAX_POINTS);
  readonly #y = new Float64Array(MAX_POINTS);
  /** Half the width of the line at each point, in pixels. */
  readonly #radius = new Float64Array(MAX_POINTS);
  /** Where the strokes end: point indices, exclusive. */
  readonly #ends: number[] = [];
  #count = 0;
  readonly #control = new Float64Array(2 * 64);
  readonly #warp = new Float64Array(2 * WARP_TERMS);
  readonly #coverage: Float32Array;
  #edge = 1;
  #strength = 1;

  /** A pen for pictures of `size` by `size` pixels. */
  constructor(size: number) {
    this.#size = size;
    this.#coverage = new Float32Array(size * size);
  }

  /** Bends the strokes of one digit by chance and keeps them, in pixels. */
  write(handwriting: Handwriting, random: Philox): void {
    this.#count = 0;
    this.#ends.length = 0;
    for (let i = 0; i < this.#warp.length; i++) this.#warp[i] = WARP * bell(random);
    const radius = clamp(RADIUS_MEAN + RADIUS * bell(random), 0.6, 2.4);
    const round = ROUND_MIN + (ROUND_MAX - ROUND_MIN) * random.uniform();
    for (const stroke of handwriting.strokes) {
      // The hand strays smoothly: each point's error carries most of the one before.
      let errorX = POINT_JITTER * bell(random);
      let errorY = POINT_JITTER * bell(random);
      for (let i = 0; i < stroke.length; i += 2) {
        this.#control[i] = stroke[i] + errorX;
        this.#control[i + 1] = stroke[i + 1] + errorY;
        errorX = 0.75 * errorX + 0.66 * POINT_JITTER * bell(random);
        errorY = 0.75 * errorY + 0.66 * POINT_JITTER * bell(random);
      }
      this.#trace(stroke.length / 2, radius, round, random);
    }
    this.#place(random);
    this.#edge = 0.75 + 0.5 * random.uniform();
    this.#strength = 255 * (1 + 0.15 * random.uniform());
  }

  /** Follows the control points by a spline, through the elastic distortion. */
  #trace(points: number, radius: number, round: number, random: Philox): void {
    const from = radius * (1 + PRESSURE * bell(random));
    const to = radius * (1 + PRESSURE * bell(random));
    const pieces = (points - 1) * PIECES;
    for (let piece = 0; piece <= pieces; piece++) {
      const at = Math.min(Math.floor(piece / PIECES), points - 2);
      const t = piece / PIECES - at;
      const x = this.#along(at, t, 0, points, round);
      const y = this.#along(at, t, 1, points, round);
      this.#x[this.#count] = x + this.#bend(x, y, 0);
      this.#y[this.#count] = y + this.#bend(x, y, 1);
      this.#radius[this.#count] = from + ((to - from) * piece) / pieces;
      this.#count++;
    }
    this.#ends.push(this.#count);
  }

  /** One coordinate on the spline between the control points `at` and `at + 1`. */
  #along(at: number, t: number, axis: 0 | 1, points: number, round: number): number {
    const control = this.#control;
    const b = control[2 * at + axis];
    const c = control[2 * at + 2 + axis];
    // Beyond its ends a stroke goes on straight.
    const a = at > 0 ? control[2 * at - 2 + axis] : 2 * b - c;
    const d = at + 2 < points ? control[2 * at + 4 + axis] : 2 * c - b;
    return (1 - round) * through(a, b, c, d, t) + round * near(a, b, c, d, t);
  }

  /** The distortion at a place: a random polynomial of degree three, which bends but never kinks. */
  #bend(x: number, y: number, axis: 0 | 1): number {
    const u = 2 * x - 1;
    const v = 2 * y - 1;
    const c = this.#warp;
    const at = axis * WARP_TERMS;
    const square = c[at] * u * u + c[at + 1] * u * v + c[at + 2] * v * v;
    const cube = (c[at + 3] * u + c[at + 4] * v) * u * u + (c[at + 5] * u + c[at + 6] * v) * v * v;
    return square + cube;
  }

  /** Slants, turns and scales the writing and puts its middle near the middle of the picture. */
  #place(random: Philox): void {
    const slant = SLANT_MEAN + SLANT * bell(random);
    const width = clamp(WIDTH_MEAN + WIDTH * bell(random), 0.4, 1.2);
    // The sine and cosine of an angle from the tangent of its half, which needs no trigonometry.
    const tangent = (ROTATION / 2) * bell(random);
    const cosine = (1 - tangent * tangent) / (1 + tangent * tangent);
    const sine = (2 * tangent) / (1 + tangent * tangent);
    let minX = Number.POSITIVE_INFINITY;
    let minY = Number.POSITIVE_INFINITY;
    let maxX = Number.NEGATIVE_INFINITY;
    let maxY = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < this.#count; i++) {
      const y = this.#y[i] - 0.5;
      const x = (this.#x[i] - 0.5) * width - slant * y;
      this.#x[i] = cosine * x - sine * y;
      this.#y[i] = sine * x + cosine * y;
      minX = Math.min(minX, this.#x[i]);
      maxX = Math.max(maxX, this.#x[i]);
      minY = Math.min(minY, this.#y[i]);
      maxY = Math.max(maxY, this.#y[i]);
    }
    const wanted = clamp(HEIGHT_MEAN + HEIGHT * bell(random), 14, 23);
    const scale = wanted / Math.max(maxX - minX, maxY - minY);
    const middle = this.#size / 2;
    const toX = middle + PLACE * bell(random) - (scale * (minX + maxX)) / 2;
    const toY = middle + PLACE * bell(random) - (scale * (minY + maxY)) / 2;
    for (let i = 0; i < this.#count; i++) {
      this.#x[i] = scale * this.#x[i] + toX;
      this.#y[i] = scale * this.#y[i] + toY;
    }
  }

  /** Inks what was written into a picture, [size, size] bytes, white on black. */
  ink(picture: Uint8Array): void {
    const coverage = this.#coverage.fill(0);
    let start = 0;
    for (const end of this.#ends) {
      for (let i = start; i + 1 < end; i++) this.#inkPiece(i);
      start = end;
    }
    for (let i = 0; i < coverage.length; i++) {
      picture[i] = Math.min(255, this.#strength * coverage[i]);
    }
  }

  /** Covers the pixels near one straight piece; a pixel keeps the most that any piece covers of it. */
  #inkPiece(i: number): void {
    const size = this.#size;
    const coverage = this.#coverage;
    const x0 = this.#x[i];
    const y0 = this.#y[i];
    const dx = this.#x[i + 1] - x0;
    const dy = this.#y[i + 1] - y0;
    const edge = this.#edge;
    const reach = this.#radius[i] + edge / 2;
    const inverse = 1 / (dx * dx + dy * dy + 1e-12);
    const left = Math.max(0, Math.ceil(Math.min(x0, x0 + dx) - reach - 0.5));
    const right = Math.min(size - 1, Math.floor(Math.max(x0, x0 + dx) + reach - 0.5));
    const top = Math.max(0, Math.ceil(Math.min(y0, y0 + dy) - reach - 0.5));
    const bottom = Math.min(size - 1, Math.floor(Math.max(y0, y0 + dy) + reach - 0.5));
    for (let row = top; row <= bottom; row++) {
      const fromY = row + 0.5 - y0;
      for (let column = left; column <= right; column++) {
        const fromX = column + 0.5 - x0;
        const t = clamp((fromX * dx + fromY * dy) * inverse, 0, 1);
        const offX = fromX - t * dx;
        const offY = fromY - t * dy;
        const square = offX * offX + offY * offY;
        if (square >= reach * reach) continue;
        const covered = Math.min(1, (reach - Math.sqrt(square)) / edge);
        const at = row * size + column;
        if (covered > coverage[at]) coverage[at] = covered;
      }
    }
  }
}

/** A bell-shaped random number of mean 0 and variance 1, between -3 and 3: three uniform ones added. */
function bell(random: Philox): number {
  return 2 * (random.uniform() + random.uniform() + random.uniform()) - 3;
}

/** The Catmull-Rom spline, which passes through b and c. */
function through(a: number, b: number, c: number, d: number, t: number): number {
  const slope = c - a;
  const square = 2 * a - 5 * b + 4 * c - d;
  const cube = 3 * (b - c) + d - a;
  return b + 0.5 * t * (slope + t * (square + t * cube));
}

/** The cubic B-spline, which is rounder and passes near b and c. */
function near(a: number, b: number, c: number, d: number, t: number): number {
  const slope = 3 * (c - a);
  const square = 3 * (a - 2 * b + c);
  const cube = 3 * (b - c) + d - a;
  return (a + 4 * b + c + t * (slope + t * (square + t * cube))) / 6;
}

function clamp(value: number, min: number, max: number): number {
  return Math.max(min, Math.min(max, value));
}
