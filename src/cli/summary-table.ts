/** Draws the accounts of a network as a table: a line for each layer, repeated blocks folded where that is wanted. */

import type { LayerSummary, PlannedMemory, Summary, TextbookMemory } from '../inspect/index.js';
import { formatBytes, formatCount, formatTable } from '../text/table.js';

const header = [
  'layer',
  'operation',
  'output',
  'values',
  'weights',
  'biases',
  'multiply-adds',
  'sees',
  'step',
  'from',
];

/** The lines of the table and its totals. */
export function drawSummary({ layers, totals }: Summary, { fold }: { fold: boolean }): string[] {
  const blocks = fold ? foldedBlocks(layers) : layers.map((layer) => once([layer]));
  const rows = blocks.flatMap(({ layers: shown, times, last }) => {
    const lines = shown.map(rowOf);
    return times === 1 ? lines : [...lines, foldedRow(shown, times, last)];
  });
  const { weights, biases } = weightsAndBiases(layers);
  const total = [
    'in all',
    '',
    '',
    formatCount(totals.activations),
    formatCount(weights),
    counted(biases),
    formatCount(totals.multiplyAdds),
    '–',
    '–',
    '–',
  ];
  const lines = formatTable(header, [...rows, total]);
  const unused = totals.parameters - totals.usedParameters;
  return [
    ...lines.slice(0, -1),
    '',
    ...lines.slice(-1),
    '',
    `${formatCount(totals.parameters)} parameters` +
      (unused > 0 ? `, ${formatCount(unused)} of them in parts that run only in training` : '') +
      (totals.trainableParameters < totals.parameters
        ? `, ${formatCount(totals.parameters - totals.trainableParameters)} of them frozen`
        : '') +
      (totals.buffers > 0 ? `, and ${formatCount(totals.buffers)} values of state` : ''),
  ];
}

const counted = (count: number): string => (count === 0 ? '–' : formatCount(count));

function rowOf(layer: LayerSummary): string[] {
  const { path, shape, activations, weights, parameters, multiplyAdds } = layer;
  const [rows, columns] = layer.receptiveField ?? [null, null];
  const alike = (part: 'size' | 'step' | 'start', separator: string): string => {
    if (!rows || !columns) return '–';
    const values = [rows[part], columns[part]].map((value) => value ?? '–');
    return values[0] === values[1] ? `${values[0]}` : values.join(separator);
  };
  return [
    path,
    operationOf(layer),
    shape.slice(1).join('x') || '1',
    counted(activations),
    counted(weights),
    counted(parameters - weights),
    counted(multiplyAdds),
    alike('size', 'x'),
    alike('step', 'x'),
    alike('start', ','),
  ];
}

/** Such as `conv 3x3 /2`, or with 32 groups `conv 3x3 /32`. */
function operationOf({ operation, kernel, stride, groups }: LayerSummary): string {
  const steps = stride?.some((step) => step > 1) ? ` /${uniform(stride)}` : '';
  const apart = groups > 1 ? `, ${groups} groups` : '';
  return `${operation}${kernel ? ` ${kernel.join('x')}` : ''}${steps}${apart}`;
}

const uniform = ([rows, columns]: readonly [number, number]): string =>
  rows === columns ? `${rows}` : `${rows}x${columns}`;

interface Block {
  readonly layers: readonly LayerSummary[];
  /** How often these layers stand one behind the other, with other weights. */
  readonly times: number;
  /** The path of the last layer of all. */
  readonly last: string;
}

const once = (layers: readonly LayerSummary[]): Block => ({
  layers,
  times: 1,
  last: layers[layers.length - 1].path,
});

/** Blocks of layers in a row that come again at once, told apart by numbers in their paths only. */
function foldedBlocks(layers: readonly LayerSummary[]): Block[] {
  const signatures = layers.map((layer) =>
    [layer.path.replace(/\d+/g, '#'), ...rowOf(layer).slice(1, 7)].join(),
  );
  const blocks = layers.map(({ path }) => blockOf(path));
  const begins = (at: number): boolean => blocks[at] !== blocks[at - 1];
  const found: Block[] = [];
  for (let at = 0; at < layers.length; ) {
    const { length, times } = begins(at) ? repetitionAt(at, { signatures, begins }) : alone;
    const end = at + length * times;
    found.push({ layers: layers.slice(at, at + length), times, last: layers[end - 1].path });
    at = end;
  }
  return found;
}

const alone = { length: 1, times: 1 };

/** `layer1.0` of `layer1.0.conv1`: the path up to the number of a block, or all of it. */
const blockOf = (path: string): string => /^.*?\.\d+(?=[./]|$)/.exec(path)?.[0] ?? path;

interface Repeated {
  readonly signatures: readonly string[];
  /** Whether a block begins at a layer. */
  readonly begins: (at: number) => boolean;
}

/** The shortest run of whole blocks from `at` that is repeated behind itself. */
function repetitionAt(at: number, { signatures, begins }: Repeated): typeof alone {
  const longest = Math.floor((signatures.length - at) / 2);
  for (let length = 2; length <= longest; length++) {
    const repeats = (n: number): boolean =>
      begins(at + n * length) &&
      signatures
        .slice(at, at + length)
        .every((signature, i) => signatures[at + n * length + i] === signature);
    let times = 1;
    while (repeats(times)) times++;
    if (times > 1) return { length, times };
  }
  return alone;
}

function foldedRow(layers: readonly LayerSummary[], times: number, last: string): string[] {
  const more = times - 1;
  const sum = (part: (layer: LayerSummary) => number): string =>
    counted(more * layers.reduce((total, layer) => total + part(layer), 0));
  return [
    `… to ${last}`,
    more === 1 ? 'once more' : `${more} times more`,
    '',
    sum(({ activations }) => activations),
    sum(({ weights }) => weights),
    sum(({ parameters, weights }) => parameters - weights),
    sum(({ multiplyAdds }) => multiplyAdds),
    '–',
    '–',
    '–',
  ];
}

function weightsAndBiases(layers: readonly LayerSummary[]): { weights: number; biases: number } {
  const weights = layers.reduce((sum, layer) => sum + layer.weights, 0);
  const parameters = layers.reduce((sum, layer) => sum + layer.parameters, 0);
  return { weights, biases: parameters - weights };
}

export interface MemoryAccounts {
  readonly textbook: TextbookMemory;
  readonly planned: {
    readonly forward: PlannedMemory;
    /** Or why there is none. */
    readonly training: PlannedMemory | string;
  };
}

/** The lines that compare a textbook's estimate with what the compiler plans. */
export function drawMemory({ textbook, planned }: MemoryAccounts): string[] {
  const { forward, training } = planned;
  const plan = typeof training === 'string' ? null : training;
  const bytes = (count: number | undefined): string => (count ? formatBytes(count) : '–');
  const row = (title: string, part: keyof PlannedMemory): string[] => [
    title,
    bytes(forward[part]),
    bytes(plan?.[part]),
  ];
  return [
    ...formatTable(
      ['memory', 'forward pass', 'training step'],
      [
        ['activations, textbook estimate', bytes(textbook.forward), bytes(textbook.training)],
        row('all intermediate values, as planned', 'intermediates'),
        row('filters in another order, kept', 'prepared'),
        row('parameters', 'parameters'),
        row('state: momentum, running statistics', 'state'),
        row('planned in all', 'total'),
      ],
    ),
    ...(typeof training === 'string' ? ['', `no plan of a training step: ${training}`] : []),
  ];
}
