/** Writes a picture down as SVG: self-contained, with text as text, for light and dark pages. */

import { escapeXml } from '../../text/escape-xml.js';
import { layerFacts } from './layer-words.js';
import type { Circle, Drawn, Item, Line, Point, Polygon, Scene, Text } from './scene.js';
import { styleSheet } from './theme.js';

/** `label` is what the picture shows, for those who do not see it. */
export function svgOf({ width, height, items }: Scene, label: string): string {
  const [w, h] = [Math.ceil(width), Math.ceil(height)];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}" role="img" aria-label="${escapeXml(label)}">`,
    `<style>\n${styleSheet}\n</style>`,
    `<rect class="paper" width="${w}" height="${h}"/>`,
    ...items.filter(isLine).map(itemMarkup),
    ...items.filter((item) => !isLine(item)).map(itemMarkup),
    '</svg>\n',
  ].join('\n');
}

const isLine = ({ type }: Item): boolean => type === 'line';

function itemMarkup(item: Item): string {
  switch (item.type) {
    case 'polygon':
      return polygon(item);
    case 'circle':
      return circle(item);
    case 'line':
      return line(item);
    case 'text':
      return text(item);
    case 'layer':
      return layer(item);
  }
}

/** Hundredths are finer than any screen. */
const n = (value: number): string => String(Math.round(value * 100) / 100);
const at = ({ x, y }: Point): string => `${n(x)},${n(y)}`;

const polygon = ({ points, look }: Polygon): string =>
  `<polygon class="${look}" points="${points.map(at).join(' ')}"/>`;

const circle = ({ centre, radius, look }: Circle): string =>
  `<circle class="${look}" cx="${n(centre.x)}" cy="${n(centre.y)}" r="${n(radius)}"/>`;

function text({ text, at: { x, y }, size, anchor, upright, look }: Text): string {
  // From the middle of the letters to their feet, without baselines that not every program knows.
  const foot = 0.34 * size;
  const place = upright
    ? `transform="translate(${n(x + foot)},${n(y)}) rotate(-90)"`
    : `x="${n(x)}" y="${n(y + foot)}"`;
  const align = anchor === 'start' ? '' : ` text-anchor="${anchor}"`;
  return `<text class="${look}" ${place} font-size="${n(size)}"${align}>${escapeXml(text)}</text>`;
}

function layer({ layer, times, items }: Drawn): string {
  const facts = layerFacts(layer, times);
  const [title, ...rest] = facts;
  const words = escapeXml([title, ...rest].join('\n'));
  const path = layer.path === '' ? '' : ` data-path="${escapeXml(layer.path)}"`;
  return `<g class="layer" data-layer="${layer.id}"${path}><title>${words}</title>${items.map(itemMarkup).join('')}</g>`;
}

const cornerRadius = 5;
const headLength = 5;

/** Corners are rounded, and an arrow ends in a head. */
function line({ points, arrow, look }: Line): string {
  const corners = [...points];
  const last = corners[corners.length - 1];
  let head = '';
  if (arrow) {
    const from = corners[corners.length - 2];
    const length = Math.hypot(last.x - from.x, last.y - from.y);
    const size = Math.min(headLength, length);
    const [ux, uy] = [(last.x - from.x) / length, (last.y - from.y) / length];
    const base = { x: last.x - ux * size, y: last.y - uy * size };
    corners[corners.length - 1] = base;
    const wing = (sign: number): Point => ({
      x: base.x - sign * uy * size * 0.5,
      y: base.y + sign * ux * size * 0.5,
    });
    head = `<polygon class="head" points="${[last, wing(1), wing(-1)].map(at).join(' ')}"/>`;
  }
  return `<path class="${look}" d="${pathOf(corners)}"/>${head}`;
}

function pathOf(points: readonly Point[]): string {
  const commands = [`M${at(points[0])}`];
  for (let i = 1; i < points.length - 1; i++) {
    const [before, corner, after] = [points[i - 1], points[i], points[i + 1]];
    const into = towards(corner, before);
    const out = towards(corner, after);
    commands.push(`L${at(into)}`, `Q${at(corner)} ${at(out)}`);
  }
  commands.push(`L${at(points[points.length - 1])}`);
  return commands.join('');
}

/** The point on the way from a corner where its rounding ends. */
function towards(corner: Point, other: Point): Point {
  const length = Math.hypot(other.x - corner.x, other.y - corner.y);
  const part = Math.min(cornerRadius, length / 2) / length;
  return {
    x: corner.x + (other.x - corner.x) * part,
    y: corner.y + (other.y - corner.y) * part,
  };
}
