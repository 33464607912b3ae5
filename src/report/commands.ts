/** The commands that repeat a run and that go on with it. */

import type { RecordedRun } from './read-run.js';

const options: readonly (readonly [name: string, option: string])[] = [
  ['epochs', 'epochs'],
  ['batch', 'batch'],
  ['optimizer', 'optimizer'],
  ['lr', 'lr'],
  ['weightDecay', 'weight-decay'],
  ['schedule', 'schedule'],
  ['seed', 'seed'],
  ['size', 'size'],
  ['trainSize', 'train-size'],
  ['testSize', 'test-size'],
  ['patience', 'patience'],
  ['init', 'init'],
];

/** The `fovea train` that trains the same network again. */
export function repeatCommand({ config }: RecordedRun): string {
  const { model, data, training } = config;
  const { augment } = training;
  const words = ['npx', 'fovea', 'train', model.name, '--data', data.name];
  for (const [name, option] of options) {
    const value = training[name];
    if (typeof value === 'number' || typeof value === 'string') {
      words.push(`--${option}`, String(value));
    }
  }
  if (Array.isArray(augment)) words.push('--augment', augment.join(',') || 'none');
  return words.map(quoted).join(' ');
}

export const resumeCommand = ({ folder }: RecordedRun): string =>
  `npx fovea train --resume ${quoted(folder)}`;

/** As a shell takes it for one word. */
const quoted = (word: string): string =>
  /^[\w./:,=+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
