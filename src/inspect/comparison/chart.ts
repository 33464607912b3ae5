/** The chart of networks: accuracy against operations, parameters as circles (after Canziani, Paszke and Culurciello 2016). */

import { ValueError } from '../../graph/errors.js';
import { escapeXml } from '../../text/escape-xml.js';
import { formatCount } from '../../text/table.js';

import { textWidth } from '../diagram/text-width.js';
import { placeLabels } from './labels.js';
import { line, n, text } from './marks.js';
import { roundAbove, type Scale, type ScaleKind, scaleFor } from './scale.js';
import { groupColors, styleSheet, type Theme } from './theme.js';

/** One circle. */
export interface ComparedNetwork {
  readonly name: string;
  /** For one picture. */
  readonly multiplyAdds: number;
  readonly parameters: number;
  /** In percent. */
  readonly accuracy: number;
  /** What it has its colour with, such as the family. */
  readonly group: string;
}

export interface ComparisonOptions {
  /** Default: none. */
  readonly title?: string;
  /** What the accuracy is of. Default: 'top-1 accuracy (%)'. */
  readonly accuracyLabel?: string;
  /** Of operations. Default: linear, unless that would crowd most of the networks at its beginning. */
  readonly scale?: ScaleKind;
  /** 'auto' follows the page that shows it. Default: 'auto'. */
  readonly theme?: Theme;
}

const width = 960;
const height = 600;
const frame = { left: 72, top: 56, bottom: 532 };
const largestRadius = 42;
const smallestRadius = 3.5;
const labelSize = 13;
/** Of the legend, with the circles in it: at least this wide. */
const legendWidth = 130;

/**
 * An SVG picture, for light and dark pages: each network a circle at its operations and accuracy, the area
 * in proportion to its parameters, and names that do not hide each other.
 *
 * Throws ValueError when there is no network, or a number is none or not above 0.
 *
 *     const svg = comparisonChart([{ name: 'VGG-16', multiplyAdds: 15.5e9, parameters: 138e6, accuracy: 71.6, group: 'VGG' }]);
 */
export function comparisonChart(
  networks: readonly ComparedNetwork[],
  options: ComparisonOptions = {},
): string {
  const { title = '', accuracyLabel = 'top-1 accuracy (%)', scale, theme = 'auto' } = options;
  check(networks);
  const groups = [...new Set(networks.map(({ group }) => group))];
  const longest = Math.max(...groups.map((group) => textWidth(group, 13) + 22));
  // Half of the picture is left however long the names are.
  const right = width - 40 - Math.min(Math.max(longest, legendWidth), width / 2 - 72);
  const plot: Plot = { ...frame, right };
  const most = Math.max(...networks.map(({ parameters }) => parameters));
  const radiusOf = (parameters: number): number =>
    Math.max(smallestRadius, largestRadius * Math.sqrt(parameters / most));
  const kind = scale ?? usualScale(networks);
  const unit = unitOf(Math.max(...networks.map(({ multiplyAdds }) => multiplyAdds)), kind);
  const x = scaleFor(
    networks.map(({ multiplyAdds, parameters }) => ({
      value: multiplyAdds / unit.size,
      radius: radiusOf(parameters) + 6,
    })),
    {
      kind,
      range: [plot.left, plot.right],
      fromZero: true,
      ticks: 7,
    },
  );
  const y = scaleFor(
    networks.map(({ accuracy, parameters }) => ({
      value: accuracy,
      // A name has room above.
      radius: radiusOf(parameters) + labelSize + 8,
    })),
    { kind: 'linear', range: [plot.bottom, plot.top], ticks: 7 },
  );
  // Large circles first, so that small ones lie on them.
  const circles = [...networks]
    .sort((a, b) => b.parameters - a.parameters)
    .map((network) => ({
      network,
      x: x.at(network.multiplyAdds / unit.size),
      y: y.at(network.accuracy),
      radius: radiusOf(network.parameters),
      color: groups.indexOf(network.group) % groupColors,
    }));
  const labels = placeLabels(
    circles.map((circle) => ({
      circle,
      width: textWidth(circle.network.name, labelSize),
      height: labelSize + 2,
    })),
    { left: plot.left + 2, top: plot.top + 2, right: plot.right - 2, bottom: plot.bottom - 2 },
  );
  const middle = (plot.left + plot.right) / 2;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(title || 'Accuracy against operations')}">`,
    `<style>\n${styleSheet(theme)}\n</style>`,
    `<rect class="paper" width="${width}" height="${height}"/>`,
    text(title, { x: plot.left, y: 34, size: 20, look: 'title' }),
    ...axes(plot, x, y),
    text(`multiply-adds for one picture${unit.words}`, {
      ...{ x: middle, y: plot.bottom + 48, size: 14, look: 'axis-name', anchor: 'middle' },
    }),
    `<g transform="translate(${plot.left - 50},${(plot.top + plot.bottom) / 2}) rotate(-90)">`,
    text(accuracyLabel, { x: 0, y: 0, size: 14, look: 'axis-name', anchor: 'middle' }),
    '</g>',
    ...circles.map(({ network, x: cx, y: cy, radius, color }) =>
      [
        `<g class="network g${color}"><title>${escapeXml(describe(network))}</title>`,
        `<circle class="area" cx="${n(cx)}" cy="${n(cy)}" r="${n(radius)}"/>`,
        radius > 6 ? `<circle class="middle" cx="${n(cx)}" cy="${n(cy)}" r="2"/>` : '',
        '</g>',
      ].join(''),
    ),
    ...labels.flatMap(({ left, top, leader }, i) => [
      ...(leader ? [line(leader[0], leader[1], 'leader')] : []),
      text(circles[i].network.name, {
        ...{ x: left, y: top + labelSize - 1, size: labelSize, look: 'name' },
      }),
    ]),
    ...legend(groups, { plot, most, radiusOf }),
    '</svg>\n',
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function check(networks: readonly ComparedNetwork[]): void {
  if (networks.length === 0) throw new ValueError('comparisonChart: there is no network to show');
  for (const { name, multiplyAdds, parameters, accuracy } of networks) {
    for (const [what, value] of Object.entries({ multiplyAdds, parameters, accuracy })) {
      if (Number.isFinite(value) && value > 0) continue;
      throw new ValueError(
        `comparisonChart: ${what} of ${name} is ${value}; expected a number above 0`,
      );
    }
  }
}

/** Linear as long as most circles do not stand in the first tenth of it. */
function usualScale(networks: readonly ComparedNetwork[]): ScaleKind {
  const operations = networks.map(({ multiplyAdds }) => multiplyAdds).sort((a, b) => a - b);
  const median = operations[Math.floor(operations.length / 2)];
  return median * 10 < operations[operations.length - 1] ? 'logarithmic' : 'linear';
}

interface Unit {
  readonly size: number;
  /** What to say of it beside the axis. */
  readonly words: string;
}

/** Over many powers of ten each number has a unit of its own. */
function unitOf(most: number, kind: ScaleKind): Unit {
  if (kind === 'logarithmic') return { size: 1, words: '' };
  if (most >= 1e9) return { size: 1e9, words: ' (billions)' };
  return most >= 1e6 ? { size: 1e6, words: ' (millions)' } : { size: 1e3, words: ' (thousands)' };
}

const describe = ({ name, accuracy, multiplyAdds, parameters }: ComparedNetwork): string =>
  `${name}: ${accuracy.toFixed(1)} %, ${formatCount(multiplyAdds)} multiply-adds, ${formatCount(parameters)} parameters`;

interface Plot {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

function axes({ left, top, right, bottom }: Plot, x: Scale, y: Scale): string[] {
  return [
    ...y.ticks.flatMap((tick) => [
      line({ x: left, y: y.at(tick) }, { x: right, y: y.at(tick) }, 'grid'),
      text(`${tick}`, { x: left - 9, y: y.at(tick) + 4.5, size: 13, look: 'tick', anchor: 'end' }),
    ]),
    ...x.ticks.flatMap((tick) => [
      line({ x: x.at(tick), y: top }, { x: x.at(tick), y: bottom }, 'grid'),
      text(shortCount(tick), {
        x: x.at(tick),
        y: bottom + 20,
        size: 13,
        look: 'tick',
        anchor: 'middle',
      }),
    ]),
    line({ x: left, y: bottom }, { x: right, y: bottom }, 'axis'),
    line({ x: left, y: top }, { x: left, y: bottom }, 'axis'),
  ];
}

interface Sizes {
  readonly plot: Plot;
  readonly most: number;
  readonly radiusOf: (parameters: number) => number;
}

/** The colours of the groups, and circles of round sizes within each other. */
function legend(groups: readonly string[], { plot, most, radiusOf }: Sizes): string[] {
  const left = plot.right + 24;
  const colours = groups.flatMap((group, i) => {
    const middle = plot.top + 10 + 24 * i;
    return [
      `<g class="g${i % groupColors}"><circle class="area" cx="${left + 7}" cy="${middle}" r="7"/></g>`,
      text(group, { x: left + 22, y: middle + 4.5, size: 13, look: 'key' }),
    ];
  });
  const largest = roundAbove(most / 2);
  const sizes = [largest, largest / 5, largest / 20];
  const centre = left + radiusOf(largest);
  const floor = plot.bottom - 4;
  const rings = sizes.flatMap((parameters) => {
    const radius = radiusOf(parameters);
    const top = floor - 2 * radius;
    const end = centre + radiusOf(largest) + 8;
    return [
      `<circle class="ring" cx="${n(centre)}" cy="${n(floor - radius)}" r="${n(radius)}"/>`,
      line({ x: centre, y: top }, { x: end, y: top }, 'leader'),
      text(shortCount(parameters), { x: end + 4, y: top + 4, size: 12, look: 'key' }),
    ];
  });
  const above = floor - 2 * radiusOf(largest) - 18;
  return [...colours, text('parameters', { x: left, y: above, size: 13, look: 'key' }), ...rings];
}

/** `100 M`, for round numbers. */
function shortCount(count: number): string {
  if (count >= 1e9) return `${count / 1e9} G`;
  if (count >= 1e6) return `${count / 1e6} M`;
  return count >= 1e3 ? `${count / 1e3} k` : `${count}`;
}
