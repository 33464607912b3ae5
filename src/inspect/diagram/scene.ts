/** A picture before it is written down: shapes, lines and texts with their places. */

import type { LayerNode } from '../layer-graph.js';
import { textWidth } from './text-width.js';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Polygon {
  readonly type: 'polygon';
  readonly points: readonly Point[];
  /** Classes of the style sheet. */
  readonly look: string;
}

export interface Circle {
  readonly type: 'circle';
  readonly centre: Point;
  readonly radius: number;
  readonly look: string;
}

export interface Line {
  readonly type: 'line';
  /** Corners are rounded. */
  readonly points: readonly Point[];
  readonly arrow: boolean;
  readonly look: string;
}

export interface Text {
  readonly type: 'text';
  readonly text: string;
  /** The middle of the text's height, at its start, middle or end. */
  readonly at: Point;
  readonly size: number;
  readonly anchor: 'start' | 'middle' | 'end';
  /** Read from bottom to top. */
  readonly upright: boolean;
  readonly look: string;
}

/** What stands for one layer. */
export interface Drawn {
  readonly type: 'layer';
  readonly layer: LayerNode;
  /** How often it comes, where it stands for all times of a repeat. */
  readonly times: number;
  readonly items: readonly (Polygon | Circle | Line | Text)[];
}

export type Item = Polygon | Circle | Line | Text | Drawn;

export interface Scene {
  readonly width: number;
  readonly height: number;
  readonly items: readonly Item[];
}

/** The rectangle around a text. */
export function textBox({ text, at, size, anchor, upright }: Text): Box {
  const length = textWidth(text, size);
  const start = { start: 0, middle: length / 2, end: length }[anchor];
  const thickness = size * 1.1;
  return upright
    ? { x: at.x - thickness / 2, y: at.y - (length - start), width: thickness, height: length }
    : { x: at.x - start, y: at.y - thickness / 2, width: length, height: thickness };
}

/** The smallest rectangle around points. */
export function boxAround(points: readonly Point[]): Box {
  const xs = points.map(({ x }) => x);
  const ys = points.map(({ y }) => y);
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

/** The rectangle that an item covers. */
export function itemBox(item: Item): Box {
  switch (item.type) {
    case 'text':
      return textBox(item);
    case 'circle': {
      const { centre, radius } = item;
      return { x: centre.x - radius, y: centre.y - radius, width: 2 * radius, height: 2 * radius };
    }
    case 'layer':
      return boxAround(item.items.map(itemBox).flatMap(corners));
    default:
      return boxAround(item.points);
  }
}

const corners = ({ x, y, width, height }: Box): Point[] => [
  { x, y },
  { x: x + width, y: y + height },
];
