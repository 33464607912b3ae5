/** Trains a trial of a sweep as `fovea train` in a process of its own, and watches its log. */

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type LogEntry, readMetrics, runFiles } from '../../train/index.js';
import { freeFlags } from '../resumed-run.js';
import type { Course } from './hopeless.js';
import type { RunTrial } from './run-sweep.js';
import type { Settings } from './space.js';
import type { Sweep } from './sweep-file.js';

const command = fileURLToPath(new URL('../../../../bin/fovea.js', import.meta.url));
/** Milliseconds between two looks at the log. */
const interval = 200;

/** What runs the trials of `sweep` in folders of their own in `folder`. */
export function trainTrials(sweep: Sweep, folder: string): RunTrial {
  return async ({ name, settings }, { onCourse, onProcess, signal }) => {
    const out = join(folder, name);
    const log = join(out, runFiles.metrics);
    // A run has its configuration before its first step.
    const begun = existsSync(join(out, runFiles.config));
    const args = begun
      ? ['--resume', out, ...argumentsOf(freeOf(sweep.fixed))]
      : [sweep.model, '--out', out, ...argumentsOf({ ...sweep.fixed, ...settings })];
    // In a group of its own: Ctrl-C reaches it through the sweep alone, once. The channel says nothing; when the
    // sweep is killed it closes, and the trial stops.
    const child = spawn(process.execPath, [command, 'train', ...args, '--quiet'], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      detached: process.platform !== 'win32',
    });
    let stderr = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-4000);
    });
    const over = new AbortController();
    const ended = new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    }).finally(() => over.abort());
    const interrupt = () => child.kill('SIGINT');
    signal.addEventListener('abort', interrupt, { once: true });
    if (signal.aborted) interrupt();
    let isStopped = false;
    try {
      if (child.pid !== undefined) await onProcess(child.pid);
      while (!over.signal.aborted) {
        await wait(interval, undefined, { signal: over.signal }).catch(() => {});
        const course = await courseOf(log, sweep.metric).catch(() => []);
        if (isStopped || over.signal.aborted || onCourse(course)) continue;
        isStopped = true;
        child.kill('SIGINT');
      }
      const code = await ended;
      const course = await courseOf(log, sweep.metric);
      if (code === 0) return { state: 'finished', course };
      if (signal.aborted) return { state: 'interrupted', course };
      if (isStopped) return { state: 'stopped', course };
      return { state: 'failed', course, problem: problemIn(stderr, code) };
    } finally {
      signal.removeEventListener('abort', interrupt);
    }
  };
}

/** `--lr 1e-3`; options without a value are 'true'. */
const argumentsOf = (settings: Settings): string[] =>
  Object.entries(settings).flatMap(([name, value]) =>
    value === 'true' ? [`--${name}`] : [`--${name}`, value],
  );

/** What a run does not keep, but takes when it goes on. */
const freeOf = (settings: Settings): Settings =>
  Object.fromEntries(
    Object.entries(settings).filter(([name]) => freeFlags().includes(`--${name}`)),
  );

/** The metric behind each epoch, by a name such as `evaluation.accuracy`. */
async function courseOf(log: string, metric: string): Promise<Course> {
  const epochs = (await readMetrics(log)).filter(({ kind }) => kind === 'epoch');
  return epochs.map((entry) => valueIn(entry, metric));
}

function valueIn(entry: LogEntry, metric: string): number | null {
  let value: unknown = entry;
  for (const name of metric.split('.')) {
    value = (value as Readonly<Record<string, unknown>> | null | undefined)?.[name];
  }
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** What the command said at its end. */
function problemIn(stderr: string, code: number | null): string {
  const at = stderr.lastIndexOf('fovea: ');
  if (at >= 0) return stderr.slice(at + 7).trim();
  return code === null ? 'its process was killed' : `its process ended with exit code ${code}`;
}
