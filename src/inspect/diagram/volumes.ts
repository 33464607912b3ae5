/** Blocks as volumes in proportion: as high and deep as their maps, as wide as there are channels. */

import type { LayerKind } from '../layer-facts.js';
import type { LayerNode } from '../layer-graph.js';
import type { Block } from './blocks.js';
import type { Canvas, Piece, Place, StepToDraw, Style } from './piece.js';
import type { Circle, Drawn, Point, Polygon } from './scene.js';
import { textWidth } from './text-width.js';
import { blockText, shapeText, shortBlockText } from './words.js';

/** Height of the largest maps, and how strongly small ones are enlarged beside them. */
const highest = 150;
const compression = 0.6;
/** What one unit of the depth is, to the right and up. */
const slant = { right: 0.27, up: 0.2 };
/** Width of what follows a layer in its block. */
const slab = 4;
const sizeText = 10;
const stepText = 9.5;
const shortText = 8.5;

export interface VolumeScale {
  /** Rows and columns of the largest maps. */
  readonly largest: number;
}

interface Extents {
  readonly width: number;
  readonly height: number;
  readonly right: number;
  readonly up: number;
}

/** Data flows to the right. */
export function volumeStyle(scale: VolumeScale): Style {
  return {
    horizontal: true,
    gap: 16,
    shortcuts: 'before',
    brackets: 'after',
    adjoins: (a, b) =>
      !a.nested &&
      [a, b].every(({ block }) => isVolume(block) && block.main.kind !== 'input') &&
      !isJoin(b.block) &&
      a.block.shape.join() === b.block.shape.join(),
    steps: (steps) => {
      const [first] = steps;
      if (isJunction(first.block)) return junction(first);
      return first.nested ? small(first, scale) : volumes(steps, scale);
    },
  };
}

const isJoin = ({ main }: Block): boolean => main.inputs.length > 1;

/** Sums and products are signs, not volumes. */
export const isJunction = (block: Block): boolean =>
  isJoin(block) && block.main.kind !== 'concatenation';

const isVolume = ({ shape }: Block): boolean => shape.length > 1;

/** Rows and columns of maps; of [tokens, features] the tokens. */
export function spatialExtents(shape: readonly number[]): readonly [number, number] {
  if (shape.length < 2) return [1, 1];
  if (shape.length === 2) return [shape[1], 1];
  return [shape[shape.length - 2], shape[shape.length - 1]];
}

const channelsOf = (shape: readonly number[]): number => shape[0] ?? 1;

function extentsOf(shape: readonly number[], { largest }: VolumeScale): Extents {
  if (shape.length < 2) {
    // A vector stands upright, as long as it has elements.
    const height = 6 + 2.2 * Math.sqrt(channelsOf(shape));
    return { width: 9, height: Math.min(height, 1.3 * highest), right: 4, up: 3 };
  }
  const [rows, columns] = spatialExtents(shape);
  const scaled = (extent: number) => highest * (extent / largest) ** compression;
  const depth = scaled(columns);
  return {
    width: 6 + 0.85 * Math.sqrt(channelsOf(shape)),
    height: scaled(rows),
    right: depth * slant.right,
    up: depth * slant.up,
  };
}

const followersOf = ({ followers }: Block): LayerNode[] =>
  followers.filter(({ kind }) => kind !== 'view');

/** Width of the fronts of a block and what follows in it. */
const frontOf = (block: Block, { width }: Extents): number =>
  width + slab * followersOf(block).length;

/** Volumes of one shape, front by front, with their size above and their operations below. */
function volumes(steps: readonly StepToDraw[], scale: VolumeScale): Piece {
  const { shape } = steps[0].block;
  const extents = extentsOf(shape, scale);
  const fronts = steps.map(({ block }) => frontOf(block, extents));
  const front = fronts.reduce((a, b) => a + b, 0);
  const visible = front + extents.right;
  const size = shapeText(shape);
  const texts = steps.map(({ block }) => blockText(block));
  const length = Math.max(visible, textWidth(size, sizeText) + 2, stepText * 1.1);
  const half = (extents.height + extents.up) / 2;
  const start = (length - visible) / 2;
  const longest = Math.max(...texts.map((text) => textWidth(text, stepText)));
  return {
    length,
    before: half + 6 + sizeText,
    after: half + 6 + longest,
    start,
    end: start + front + extents.right / 2,
    arrow: true,
    side: { at: length / 2, before: half + 8 + sizeText, after: half },
    draw: (canvas, { along, across }) => {
      canvas.add({
        type: 'text',
        text: size,
        at: { x: along + length / 2, y: across - half - 4 - sizeText / 2 },
        size: sizeText,
        anchor: 'middle',
        upright: false,
        look: 'size',
      });
      let x = along + start;
      steps.forEach((step, i) => {
        const corner = { x, y: across + half - extents.height };
        drawBlock(canvas, step, { corner, extents, last: i === steps.length - 1 });
        canvas.add({
          type: 'text',
          text: texts[i],
          at: { x: x + fronts[i] / 2, y: across + half + 6 },
          size: stepText,
          anchor: 'end',
          upright: true,
          look: 'operation',
        });
        x += fronts[i];
      });
    },
  };
}

/** One volume inside branches, with a few letters below. */
function small(step: StepToDraw, scale: VolumeScale): Piece {
  const extents = extentsOf(step.block.shape, scale);
  const front = frontOf(step.block, extents);
  const visible = front + extents.right;
  const text = shortBlockText(step.block);
  const length = Math.max(visible, textWidth(text, shortText) + 2);
  const half = (extents.height + extents.up) / 2;
  const start = (length - visible) / 2;
  return {
    length,
    before: half,
    after: half + 4 + shortText,
    start,
    end: start + front + extents.right / 2,
    arrow: true,
    side: { at: start + visible / 2, before: half, after: half },
    draw: (canvas, { along, across }) => {
      const corner = { x: along + start, y: across + half - extents.height };
      drawBlock(canvas, step, { corner, extents, last: true });
      canvas.add({
        type: 'text',
        text,
        at: { x: along + length / 2, y: across + half + 3 + shortText / 2 },
        size: shortText,
        anchor: 'middle',
        upright: false,
        look: 'operation',
      });
    },
  };
}

interface Spot {
  /** The upper left corner of the front. */
  readonly corner: Point;
  readonly extents: Extents;
  /** Whether its side is seen. */
  readonly last: boolean;
}

function drawBlock(canvas: Canvas, { block, times }: StepToDraw, { corner, extents, last }: Spot) {
  const layers = [block.main, ...followersOf(block)];
  const hidden = block.followers.filter(({ kind }) => kind === 'view');
  let { x } = corner;
  layers.forEach((layer, i) => {
    const width = i === 0 ? extents.width : slab;
    const end = last && i === layers.length - 1;
    const items = faces({ x, y: corner.y, width, extents, end }, layer.kind, block.main.kind);
    canvas.add({ type: 'layer', layer, times, items } satisfies Drawn);
    x += width;
  });
  // What only looks at the output otherwise is part of it.
  const edge = { x, y: corner.y, width: 0, extents, end: false };
  for (const layer of hidden) {
    canvas.add({ type: 'layer', layer, times, items: faces(edge, layer.kind).slice(0, 1) });
  }
}

interface Front {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly extents: Extents;
  readonly end: boolean;
}

/** Front, top and, at the end of a row, the side: in the colour of the block, which tells most. */
function faces({ x, y, width, extents, end }: Front, kind: LayerKind, sideKind = kind): Polygon[] {
  const { height, right, up } = extents;
  const polygon = (look: string, ...points: (readonly [number, number])[]): Polygon => ({
    type: 'polygon',
    points: points.map(([px, py]) => ({ x: px, y: py })),
    look,
  });
  const faces = [
    polygon(`${kind} front`, [x, y], [x + width, y], [x + width, y + height], [x, y + height]),
    polygon(
      `${kind} top`,
      [x, y],
      [x + right, y - up],
      [x + width + right, y - up],
      [x + width, y],
    ),
  ];
  const edge = x + width;
  const side = polygon(
    `${sideKind} side`,
    [edge, y],
    [edge + right, y - up],
    [edge + right, y - up + height],
    [edge, y + height],
  );
  return end ? [...faces, side] : faces;
}

/** A circle with a sign, and a ring for each layer that follows. */
export function junction({ block, times }: StepToDraw): Piece {
  const inner = 7;
  const ring = 2.5;
  const rings = followersOf(block);
  const radius = inner + ring * rings.length;
  const sign = { add: '+', multiply: '×' }[block.main.operation] ?? '•';
  const draw = (canvas: Canvas, place: Place): void => {
    const centre = canvas.point({ along: place.along + radius, across: place.across });
    const circle = (layer: LayerNode, size: number): Circle => ({
      type: 'circle',
      centre,
      radius: size,
      look: `${layer.kind} front`,
    });
    [...rings].reverse().forEach((layer, i) => {
      canvas.add({ type: 'layer', layer, times, items: [circle(layer, radius - i * ring)] });
    });
    const text = {
      type: 'text',
      text: sign,
      at: centre,
      size: 12,
      anchor: 'middle',
      upright: false,
      look: 'sign',
    } as const;
    const { main } = block;
    canvas.add({ type: 'layer', layer: main, times, items: [circle(main, inner), text] });
    for (const layer of block.followers.filter(({ kind }) => kind === 'view')) {
      canvas.add({ type: 'layer', layer, times, items: [circle(layer, 0)] });
    }
  };
  return {
    length: 2 * radius,
    before: radius,
    after: radius,
    start: 0,
    end: 2 * radius,
    arrow: true,
    side: { at: radius, before: radius, after: radius },
    draw,
  };
}
