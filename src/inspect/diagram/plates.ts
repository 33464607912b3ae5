/** Blocks as plates of one size with their operation written on them, as in the figures of papers. */

import { layersOf } from './blocks.js';
import type { Canvas, Piece, Place, StepToDraw, Style } from './piece.js';
import type { Polygon } from './scene.js';
import { textWidth } from './text-width.js';
import { isJunction, junction } from './volumes.js';
import { blockText, shapeText, shortBlockText } from './words.js';

const thickness = 20;
const width = 136;
const textSize = 10.5;
const smallSize = 9;
const sizeText = 10;
const sizeRoom = 72;
/** Width of the stripe of what follows a layer in its block. */
const stripe = 5;

/** Data flows down. */
export const plateStyle: Style = {
  horizontal: false,
  gap: 12,
  shortcuts: 'after',
  brackets: 'before',
  adjoins: () => false,
  steps: ([step]) => (isJunction(step.block) ? junction(step) : plate(step)),
};

function plate(step: StepToDraw): Piece {
  const { block, nested, reshaped } = step;
  const text = nested ? shortBlockText(block) : blockText(block);
  const size = nested ? smallSize : textSize;
  const shape = !nested && reshaped ? shapeText(block.shape) : '';
  const followers = block.followers.filter(({ kind }) => kind !== 'view');
  const stripes = stripe * followers.length;
  const needed = textWidth(text, size) + 10 + stripes;
  const half = (nested ? Math.max(needed, 34) : Math.max(needed, width)) / 2;
  // The same for all, so that names beside them stand in one column.
  const room = nested ? 0 : Math.max(sizeRoom, textWidth(shape, sizeText) + 8);
  return {
    length: thickness,
    before: half + room,
    after: half,
    start: 0,
    end: thickness,
    arrow: true,
    side: { at: thickness / 2, before: half, after: half },
    draw: (canvas, place) => {
      drawPlate(canvas, step, { ...place, half, stripes });
      const middle = place.along + thickness / 2;
      canvas.add({
        type: 'text',
        text,
        at: { x: place.across - stripes / 2, y: middle },
        size,
        anchor: 'middle',
        upright: false,
        look: 'on-plate',
      });
      if (shape === '') return;
      canvas.add({
        type: 'text',
        text: shape,
        at: { x: place.across - half - 6, y: middle },
        size: sizeText,
        anchor: 'end',
        upright: false,
        look: 'size',
      });
    },
  };
}

interface PlatePlace extends Place {
  readonly half: number;
  readonly stripes: number;
}

function drawPlate(canvas: Canvas, { block, times }: StepToDraw, at: PlatePlace): void {
  const rectangle = (from: number, to: number, look: string): Polygon => ({
    type: 'polygon',
    points: [
      { x: from, y: at.along },
      { x: to, y: at.along },
      { x: to, y: at.along + thickness },
      { x: from, y: at.along + thickness },
    ],
    look,
  });
  let x = at.across - at.half;
  for (const layer of layersOf(block)) {
    const main = layer === block.main;
    const extent = main ? 2 * at.half - at.stripes : layer.kind === 'view' ? 0 : stripe;
    const items = [rectangle(x, x + extent, `${layer.kind} front`)];
    canvas.add({ type: 'layer', layer, times, items });
    x += extent;
  }
}
