/** What the numbers of a log are called on a page, what they are counted in, and which are better. */

import { formatNumber } from '../text/table.js';

export interface Measure {
  /** `learning rate` for `lr`. */
  readonly title: string;
  /** Numbers are shown times this, */
  readonly scale: number;
  /** with this behind them. */
  readonly unit: string;
  /** How well a network does, what it is trained with, or what that takes of the computer. */
  readonly kind: 'result' | 'setting' | 'system';
  /** Undefined where neither is better, or nobody knows. */
  readonly better?: 'more' | 'less';
}

const titles: Readonly<Record<string, string>> = { lr: 'learning rate', memory: 'memory' };
const settings = new Set(['lr', 'beta', 'weightDecay', 'momentum']);
/** In the letters that everybody writes them in. */
const acronyms = /\b(kl|elbo|psnr|ssim|mse|rmse|mae|fid|rss|nmi)\b/g;

/** What is known of a number by its name in the log. */
export function measureOf(name: string): Measure {
  const title = titles[name] ?? inWords(name);
  if (/memory|bytes|heap|rss/i.test(name)) {
    return { title, scale: 1e-6, unit: ' MB', kind: 'system' };
  }
  if (/PerSecond$/.test(name)) return { title, scale: 1, unit: '', kind: 'system' };
  if (/seconds$/i.test(name)) return { title, scale: 1, unit: ' s', kind: 'system' };
  if (settings.has(name)) return { title, scale: 1, unit: '', kind: 'setting' };
  const words = title.toLowerCase();
  if (/accuracy|precision|recall/.test(words)) {
    return { title, scale: 100, unit: ' %', kind: 'result', better: 'more' };
  }
  const better = /\b(elbo|psnr|ssim)\b/.test(words) && !words.includes('negative') ? 'more' : null;
  const worse = /loss|error|mse|rmse|mae|negative elbo|reconstruction/.test(words) ? 'less' : null;
  const known = better ?? worse;
  return { title, scale: 1, unit: '', kind: 'result', ...(known && { better: known }) };
}

/** `98.61 %` for shares, three digits for others. */
export function formatMetric(name: string, value: number): string {
  const { scale, unit } = measureOf(name);
  const shown = value * scale;
  return `${unit === ' %' ? shown.toFixed(2) : formatNumber(shown)}${unit}`;
}

/** `active units` of `activeUnits`. */
export const inWords = (name: string): string =>
  name
    .replace(/([a-z\d])([A-Z])/g, (_, before: string, after: string) => `${before} ${after}`)
    .replaceAll(/[._-]/g, ' ')
    .toLowerCase()
    .replace(acronyms, (letters) => letters.toUpperCase());
