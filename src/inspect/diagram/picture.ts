/** Whole pictures: networks below or beside each other under their titles, and what the colours mean. */

import type { LayerKind } from '../layer-facts.js';
import type { LayerGraph } from '../layer-graph.js';
import { blocksOf } from './blocks.js';
import type { Context } from './context.js';
import { folded } from './fold.js';
import { seriesPiece } from './layout.js';
import { Canvas, type Piece, type Style } from './piece.js';
import { plateStyle } from './plates.js';
import { type Item, itemBox, type Point, type Scene, type Text } from './scene.js';
import { type Series, stepsOf, structureOf } from './structure.js';
import { textWidth } from './text-width.js';
import { drawnTotals } from './totals.js';
import { spatialExtents, volumeStyle } from './volumes.js';
import { countText } from './words.js';

/** `volumes` shows maps in proportion, from left to right; `blocks` operations, from top to bottom. */
export type DiagramStyle = 'volumes' | 'blocks';

export interface DrawnNetwork {
  readonly title: string;
  readonly graph: LayerGraph;
}

export interface PictureOptions {
  /** Default: 'volumes'. */
  readonly style?: DiagramStyle;
  /** How long a row of volumes may become before it is broken. Default: 1600. */
  readonly width?: number;
}

const margin = 20;
const titleSize = 18;
const subtitleSize = 12;
const titleRoom = titleSize + subtitleSize + 22;
/** Between networks. */
const between = 34;
/** Between rows of one network. */
const rowGap = 26;

/** Where every shape, line and text of the picture goes. */
export function pictureOf(
  networks: readonly DrawnNetwork[],
  { style = 'volumes', width = 1600 }: PictureOptions = {},
): Scene {
  const columns = style === 'blocks';
  const structures = networks.map(({ graph }) => folded(structureOf(blocksOf(graph))));
  const look = columns ? plateStyle : volumeStyle({ largest: largestOf(structures) });
  const items: Item[] = [];
  let [x, y] = [margin, margin];
  let [right, bottom] = [0, 0];
  networks.forEach((network, i) => {
    const drawn = drawNetwork(structures[i], { network, look, width, x, y });
    items.push(...drawn.items);
    right = Math.max(right, drawn.right);
    bottom = Math.max(bottom, drawn.bottom);
    if (columns) x = drawn.right + between;
    else y = drawn.bottom + between;
  });
  const key = legend(items, { x: margin, y: bottom + between, right: Math.max(right, 420) });
  const boxes = key.map(itemBox);
  return {
    width: Math.max(right, ...boxes.map((box) => box.x + box.width)) + margin,
    height: Math.max(bottom, ...boxes.map((box) => box.y + box.height)) + margin,
    items: [...items, ...key],
  };
}

/** Rows or columns of the largest maps in the picture. */
function largestOf(structures: readonly Series[]): number {
  const extents = structures.flatMap((series) =>
    stepsOf(series).flatMap(({ block }) => spatialExtents(block.shape)),
  );
  return Math.max(1, ...extents);
}

interface Spot {
  readonly network: DrawnNetwork;
  readonly look: Style;
  readonly width: number;
  readonly x: number;
  readonly y: number;
}

interface DrawnPart {
  readonly items: readonly Item[];
  readonly right: number;
  readonly bottom: number;
}

function drawNetwork(series: Series, { network, look, width, x, y }: Spot): DrawnPart {
  const canvas = new Canvas(look.horizontal);
  const context: Context = {
    style: look,
    layout: seriesPiece,
    times: 1,
    nested: false,
    shape: null,
  };
  const titles = titlesOf(network, { x, y });
  const titleEnd = x + Math.max(...titles.map(({ text, size }) => textWidth(text, size)));
  const top = y + titleRoom;
  if (!look.horizontal) {
    const piece = seriesPiece(series, context);
    piece.draw(canvas, { along: top, across: x + piece.before });
    const right = Math.max(titleEnd, x + piece.before + piece.after);
    return { items: [...titles, ...canvas.items], right, bottom: top + piece.length };
  }
  const rows = rowsOf(series, { context, width });
  let next = top;
  let right = titleEnd;
  let last: { end: number; axis: number; bottom: number } | null = null;
  for (const piece of rows) {
    const axis = next + piece.before;
    piece.draw(canvas, { along: x, across: axis });
    if (last) {
      const turn = x + Math.max(...rows.map(({ length }) => length)) + 10;
      const between = last.bottom + rowGap / 2;
      const points = [
        { along: last.end, across: last.axis },
        { along: turn, across: last.axis },
        { along: turn, across: between },
        { along: x - 8, across: between },
        { along: x - 8, across: axis },
        { along: x + piece.start, across: axis },
      ];
      canvas.line(points, { arrow: true });
      right = Math.max(right, turn);
    }
    last = { end: x + piece.end, axis, bottom: axis + piece.after };
    right = Math.max(right, x + piece.length);
    next = last.bottom + rowGap;
  }
  return { items: [...titles, ...canvas.items], right, bottom: next - rowGap };
}

/** The series in as few rows as fit the width, the longest of them as short as can be. */
function rowsOf(series: Series, { context, width }: { context: Context; width: number }): Piece[] {
  const whole = seriesPiece(series, context);
  const count = Math.min(series.length, Math.ceil(whole.length / width));
  if (count === 1) return [whole];
  // Of rows from each part on; those far too long need not be laid out to be refused.
  const lengths = series.map((_, from) => {
    const found: number[] = [];
    for (let to = from + 1; to <= series.length; to++) {
      found.push(seriesPiece(series.slice(from, to), context).length);
      if (found[found.length - 1] > 2 * width) break;
    }
    return found;
  });
  const lengthOf = (from: number, to: number): number =>
    lengths[from][to - from - 1] ?? Number.POSITIVE_INFINITY;
  /** By how many parts are placed: the length of the longest row so far, and where the last one starts. */
  let best = series.map((_, i) => ({ longest: lengthOf(0, i + 1), starts: [0] }));
  for (let row = 1; row < count; row++) {
    best = series.map((_, end) => {
      let found = { longest: Number.POSITIVE_INFINITY, starts: [0] };
      for (let start = row; start <= end; start++) {
        const before = best[start - 1];
        const longest = Math.max(before.longest, lengthOf(start, end + 1));
        if (longest < found.longest) found = { longest, starts: [...before.starts, start] };
      }
      return found;
    });
  }
  const { starts } = best[series.length - 1];
  return starts.map((start, i) => seriesPiece(series.slice(start, starts[i + 1]), context));
}

function titlesOf({ title, graph }: DrawnNetwork, { x, y }: { x: number; y: number }): Text[] {
  const text = { type: 'text', anchor: 'start', upright: false } as const;
  return [
    { ...text, text: title, at: { x, y: y + titleSize / 2 }, size: titleSize, look: 'title' },
    {
      ...text,
      text: totalsText(graph),
      at: { x, y: y + titleSize + 6 + subtitleSize / 2 },
      size: subtitleSize,
      look: 'totals',
    },
  ];
}

function totalsText(graph: LayerGraph): string {
  const { parameters, auxiliaryParameters, multiplyAdds } = drawnTotals(graph);
  const parts = [
    `${countText(parameters)} parameters`,
    ...(auxiliaryParameters > 0 ? [`${countText(auxiliaryParameters)} in auxiliary heads`] : []),
    `${countText(multiplyAdds)} multiply-adds`,
  ];
  return parts.join(' · ');
}

const meanings: Readonly<Partial<Record<LayerKind, string>>> = {
  input: 'input',
  convolution: 'convolution',
  pooling: 'pooling',
  linear: 'fully connected',
  normalization: 'normalisation',
  activation: 'activation',
  dropout: 'dropout',
  softmax: 'softmax',
  sum: 'sum',
  concatenation: 'concatenation',
  view: 'reshaping',
  other: 'other',
};

const swatch = 12;
const keySize = 11;

/** The colours that the picture uses, in rows. */
function legend(
  items: readonly Item[],
  { x, y, right }: { x: number; y: number; right: number },
): Item[] {
  const used = new Set(
    items.flatMap((item) =>
      item.type === 'layer' && itemBox(item).width > 0 ? item.layer.kind : [],
    ),
  );
  let [left, top] = [x, y];
  return Object.entries(meanings).flatMap(([kind, text]): Item[] => {
    if (!used.has(kind as LayerKind)) return [];
    const width = swatch + 5 + textWidth(text, keySize);
    if (left + width > right && left > x) {
      left = x;
      top += swatch + 8;
    }
    const [from, to] = [left, left + swatch];
    left += width + 16;
    const middle = { x: from + swatch / 2, y: top + swatch / 2 };
    const look = `${kind} front`;
    return [
      kind === 'sum'
        ? { type: 'circle', centre: middle, radius: swatch / 2, look }
        : { type: 'polygon', points: square({ x: from, y: top }), look },
      {
        type: 'text',
        text,
        at: { x: to + 5, y: top + swatch / 2 },
        size: keySize,
        anchor: 'start',
        upright: false,
        look: 'key',
      },
    ];
  });
}

const square = ({ x, y }: Point): Point[] => [
  { x, y },
  { x: x + swatch, y },
  { x: x + swatch, y: y + swatch },
  { x, y: y + swatch },
];
