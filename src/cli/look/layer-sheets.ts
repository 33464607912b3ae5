/** Sheets of feature maps: the strongest maps of each layer, as many as keep the page small. */

import { formatNumber } from '../../text/table.js';
import type { LayerInsight } from './insight.js';
import { type NumberMap, type Sheet, sheetOf, shrunk, stretched } from './map-pictures.js';

export interface ShownMap {
  /** Its place among the layer's maps. */
  readonly index: number;
  readonly title: string;
}

export interface LayerSheet {
  readonly path: string;
  readonly layer: string;
  readonly count: number;
  readonly width: number;
  readonly height: number;
  readonly shown: readonly ShownMap[];
  readonly sheet: Sheet;
  readonly largestSide: number;
}

/** Characters that all sheets together may take in the page. */
const mostInAll = 3e6;
/** Pixels of one layer's sheet, to begin with. */
const mostPixels = 220_000;
const longestSide = 112;

/** A sheet for each layer; the one that was asked for may have more maps than the others. */
export function layerSheets(layers: readonly LayerInsight[], asked: string): LayerSheet[] {
  for (let pixels = mostPixels; ; pixels /= 2) {
    const sheets = layers.map((layer) => {
      return sheetFor(layer, layer.path === asked ? 2 * pixels : pixels);
    });
    const size = sheets.reduce((total, { sheet }) => total + sheet.uri.length, 0);
    if (size <= mostInAll || pixels < 4000) return sheets;
  }
}

function sheetFor(insight: LayerInsight, pixels: number): LayerSheet {
  const { path, layer, count, width, height } = insight;
  const strongest = Array.from({ length: count }, (_, index) => {
    const map = mapOf(insight, index);
    return { index, map, ...strengthOf(map) };
  }).sort((a, b) => b.mean - a.mean || a.index - b.index);
  const small = Math.ceil(Math.max(width, height) / longestSide);
  const each = (width / small) * (height / small);
  const fitting = 8 * Math.floor(Math.min(96, Math.max(8, pixels / each)) / 8);
  const kept = strongest.slice(0, Math.min(count, fitting));
  return {
    ...{ path, layer, count, width, height, largestSide: Math.max(width, height) },
    shown: kept.map(({ index, mean, high }) => ({
      index,
      title: `map ${index}: mean ${formatNumber(mean)}, largest ${formatNumber(high)}`,
    })),
    sheet: sheetOf(kept.map(({ map }) => stretched(shrunk(map, longestSide)))),
  };
}

function mapOf({ width, height, values }: LayerInsight, index: number): NumberMap {
  const size = width * height;
  const one = new Float32Array(size);
  for (let i = 0; i < size; i++) one[i] = values[index * size + i];
  return { width, height, values: one };
}

function strengthOf({ values }: NumberMap): { mean: number; high: number } {
  let sum = 0;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    sum += Math.abs(values[i]);
    high = Math.max(high, values[i]);
  }
  return { mean: sum / values.length, high };
}
