/** The table of layers: times, ratios, and bandwidth beside that of a plain copy. */

import { type Bandwidth, ratiosOf } from '../report.js';
import { formatNumber, formatTable } from '../table.js';
import type { MeasuredLayer } from './measure-layers.js';

/** What a layer reaches of a plain copy's bandwidth, 1 for all of it. */
export const shareOfCopy = (layer: Bandwidth): number =>
  layer.gigabytesPerSecond / layer.copyGigabytesPerSecond;

/** One line for each layer, then what falls short of the goals. */
export function formatLayers(layers: readonly MeasuredLayer[]): string[] {
  const peers = [...new Set(layers.flatMap(({ rows }) => rows.slice(1).map((row) => row.engine)))];
  const header = [
    ...['layer', 'shape', 'bound by', 'fovea ms'],
    ...peers.flatMap((peer) => [`${peer} ms`, 'ratio']),
    ...['MB', 'GB/s', 'copy GB/s', 'of copy'],
  ];
  const cells = layers.map((layer) => {
    const [own] = layer.rows;
    const [, name, shape] = layer.workload.split('/');
    return [
      ...[name, shape, layer.memoryBound ? 'memory' : 'arithmetic', formatNumber(own.medianMs)],
      ...peers.flatMap((peer) => besidePeer(layer, peer)),
      ...[layer.bytes / 1e6, layer.gigabytesPerSecond, layer.copyGigabytesPerSecond].map(
        formatNumber,
      ),
      `${(shareOfCopy(layer) * 100).toFixed(0)} %`,
    ];
  });
  return [...formatTable(header, cells), '', ...summarizeLayers(layers)];
}

/** Which memory-bound layers stay below 70 % of a copy, and which layers take 1.5 times a peer's time. */
export function summarizeLayers(layers: readonly MeasuredLayer[]): string[] {
  const bound = layers.filter(({ memoryBound }) => memoryBound);
  const short = bound.filter((layer) => shareOfCopy(layer) < 0.7);
  const ratios = layers.flatMap(({ rows }) => ratiosOf(rows));
  const slow = ratios.filter(({ ratio }) => ratio > 1.5);
  const lines = [
    `bound by memory and at 70 % of a plain copy or more: ${bound.length - short.length} of ${bound.length}` +
      listed(short.map((layer) => nameOf(layer.workload))),
  ];
  if (ratios.length > 0) {
    lines.push(
      `at most 1.5 times the peer's time: ${ratios.length - slow.length} of ${ratios.length}` +
        listed(slow.map(({ workload }) => nameOf(workload))),
    );
  }
  const differences = layers.flatMap(({ difference }) => difference ?? []);
  if (differences.length > 0) {
    lines.push(
      `equal work: all results of the same data agree, to ${Math.max(...differences).toExponential(1)} ` +
        'of their norm (random masks by their norms alone)',
    );
  }
  return lines;
}

function besidePeer({ rows }: MeasuredLayer, peer: string): string[] {
  const row = rows.find(({ engine }) => engine === peer);
  if (!row) return ['–', '–'];
  return [formatNumber(row.medianMs), formatNumber(rows[0].medianMs / row.medianMs)];
}

const listed = (names: readonly string[]): string =>
  names.length > 0 ? `; not ${names.join(', ')}` : '';

const nameOf = (workload: string): string => workload.replace('layers/', '');
