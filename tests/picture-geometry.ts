/** What is wrong with where things stand in a picture: what covers something else, or lies outside. */

import {
  type Box,
  boxAround,
  type Circle,
  itemBox,
  type Line,
  type Point,
  type Polygon,
  type Scene,
  type Text,
} from '../src/inspect/diagram/scene.js';

interface Shape {
  readonly what: string;
  readonly points: readonly Point[];
  readonly box: Box;
  /** The things of one layer belong together. */
  readonly owner: unknown;
  readonly kind: 'shape' | 'text';
}

/** One line for each pair that overlaps by more than half a unit, and for each thing that sticks out. */
export function faultsOf({ width, height, items }: Scene): string[] {
  const shapes: Shape[] = items.flatMap((item): Shape[] => {
    if (item.type === 'line') return [];
    if (item.type !== 'layer') return [shapeOf(item, item)];
    return item.items.flatMap((part) => (part.type === 'line' ? [] : [shapeOf(part, item)]));
  });
  const lines = items.filter((item) => item.type === 'line');
  return [
    ...items.flatMap((item) => outside(itemBox(item), { width, height })),
    ...shapes.flatMap((shape, i) => shapes.slice(i + 1).flatMap((other) => clash(shape, other))),
    ...lines.flatMap((line) => shapes.flatMap((shape) => crossing(line, shape))),
  ];
}

function shapeOf(item: Polygon | Circle | Text, owner: unknown): Shape {
  if (item.type === 'polygon') {
    const { points, look } = item;
    return { what: look, points, box: boxAround(points), owner, kind: 'shape' };
  }
  const box = itemBox(item);
  const what = item.type === 'text' ? `"${item.text}"` : item.look;
  return {
    what,
    points: cornersOf(box),
    box,
    owner,
    kind: item.type === 'text' ? 'text' : 'shape',
  };
}

const cornersOf = ({ x, y, width, height }: Box): Point[] => [
  { x, y },
  { x: x + width, y },
  { x: x + width, y: y + height },
  { x, y: y + height },
];

function outside({ x, y, width, height }: Box, whole: { width: number; height: number }): string[] {
  const fits = x >= 0 && y >= 0 && x + width <= whole.width && y + height <= whole.height;
  return fits ? [] : [`something sticks out at ${Math.round(x)}, ${Math.round(y)}`];
}

const tolerance = 0.5;
const isOnPlate = ({ what }: Shape): boolean => !what.startsWith('"');

function clash(a: Shape, b: Shape): string[] {
  if (a.owner === b.owner || apart(a.box, b.box)) return [];
  if (overlap(a.points, b.points) <= tolerance) return [];
  // Text on a plate, and rings around a sign, are meant to cover what they belong to.
  if (a.kind !== b.kind && within(a.kind === 'text' ? a : b, a.kind === 'text' ? b : a)) return [];
  if (isOnPlate(a) && isOnPlate(b) && concentric(a, b)) return [];
  return [`${a.what} and ${b.what} overlap at ${at(a)}`];
}

const at = ({ points: [{ x, y }] }: Shape): string => `${Math.round(x)}, ${Math.round(y)}`;

function within(text: Shape, shape: Shape): boolean {
  const xs = shape.points.map(({ x }) => x);
  const ys = shape.points.map(({ y }) => y);
  return text.points.every(
    ({ x, y }) =>
      x >= Math.min(...xs) && x <= Math.max(...xs) && y >= Math.min(...ys) && y <= Math.max(...ys),
  );
}

function concentric(a: Shape, b: Shape): boolean {
  const middle = ({ points }: Shape) => ({
    x: points.reduce((sum, { x }) => sum + x, 0) / points.length,
    y: points.reduce((sum, { y }) => sum + y, 0) / points.length,
  });
  return Math.hypot(middle(a).x - middle(b).x, middle(a).y - middle(b).y) < 1e-6;
}

/** How far two convex shapes reach into each other: the least shift that parts them; 0 where they do not touch. */
export function overlap(a: readonly Point[], b: readonly Point[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (const points of [a, b]) {
    for (let i = 0; i < points.length; i++) {
      const [p, q] = [points[i], points[(i + 1) % points.length]];
      const length = Math.hypot(q.x - p.x, q.y - p.y);
      if (length < 1e-9) continue;
      const [nx, ny] = [(q.y - p.y) / length, (p.x - q.x) / length];
      const [lowA, highA] = range(a, nx, ny);
      const [lowB, highB] = range(b, nx, ny);
      least = Math.min(least, highA - lowB, highB - lowA);
      if (least <= 0) return 0;
    }
  }
  return least;
}

const apart = (a: Box, b: Box): boolean =>
  a.x + a.width < b.x || b.x + b.width < a.x || a.y + a.height < b.y || b.y + b.height < a.y;

function range(points: readonly Point[], nx: number, ny: number): [number, number] {
  const places = points.map(({ x, y }) => x * nx + y * ny);
  return [Math.min(...places), Math.max(...places)];
}

/** Lines end at shapes and may begin behind their sides; they cross no text, no front and no sign. */
function crossing({ points }: Line, shape: Shape): string[] {
  if (shape.kind === 'shape' && !shape.what.endsWith('front')) return [];
  if (apart(boxAround(points), shape.box)) return [];
  const found = points.slice(1).some((end, i) => overlap([points[i], end], shape.points) > 0.01);
  return found ? [`a line crosses ${shape.what} at ${at(shape)}`] : [];
}
