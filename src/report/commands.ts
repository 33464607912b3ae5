/** The commands that repeat a run and that go on with it. */

import type { RecordedRun } from './read-run.js';
import { settingsOf } from './run-facts.js';

/** The `fovea train` that trains the same network again: settings have the names of its options. */
export function repeatCommand(run: RecordedRun): string {
  const { model, data } = run.config;
  const words = ['npx', 'fovea', 'train', model.name];
  const settings: Readonly<Record<string, unknown>> = { data: data.name, ...settingsOf(run) };
  for (const [name, value] of Object.entries(settings)) {
    const flag = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    if (value === true) words.push(flag);
    else if (typeof value === 'number' || typeof value === 'string')
      words.push(flag, String(value));
    else if (Array.isArray(value)) words.push(flag, value.join(',') || 'none');
  }
  return words.map(quoted).join(' ');
}

export const resumeCommand = ({ folder }: RecordedRun): string =>
  `npx fovea train --resume ${quoted(folder)}`;

/** As a shell takes it for one word. */
const quoted = (word: string): string =>
  /^[\w./:,=+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
