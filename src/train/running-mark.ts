/** A mark in the folder of a run that tells which process trains there, so that one that was killed is not taken for going on. */

import { type FileSystem, writeFileAtomically } from '../formats/atomic-file.js';

export interface RunningProcess {
  readonly id: number;
  /** The name of the computer. */
  readonly host: string;
}

interface Mark extends RunningProcess {
  /** When the process began, as the system counts it; null where it does not tell. */
  readonly began: string | null;
}

const FILE = 'running.json';
const LOG = 'metrics.jsonl';
/** Where the system tells no more, a run is going on whose files were written to so recently. */
const recentSeconds = 60;

/**
 * Marks the run in `folder` as trained by this process, until the function that is returned is called.
 *
 * Throws WriteError when the folder cannot be written.
 *
 *     const unmark = await markRunning('runs/1');
 *     try { await trainer.run(); } finally { await unmark(); }
 */
export async function markRunning(
  folder: string,
  { files }: { files?: FileSystem } = {},
): Promise<() => Promise<void>> {
  const { hostname } = await import('node:os');
  const { join } = await import('node:path');
  const { rm } = await import('node:fs/promises');
  const path = join(folder, FILE);
  const { pid: id } = process;
  const mark: Mark = { id, host: hostname(), began: await beginningOf(id) };
  await writeFileAtomically(path, `${JSON.stringify(mark)}\n`, { files });
  return () => rm(path, { force: true }).catch(() => {});
}

/**
 * The process that trains in `folder`; null when none does, also where it was killed. Of a process on another
 * computer nothing is known but whether the run's files are written to.
 *
 *     const running = await runningProcess('runs/1'); // { id: 4711, host: 'tower' }
 */
export async function runningProcess(folder: string): Promise<RunningProcess | null> {
  const { hostname } = await import('node:os');
  const { join } = await import('node:path');
  const { readFile, stat } = await import('node:fs/promises');
  const path = join(folder, FILE);
  const mark = parsed(await readFile(path, 'utf8').catch(() => ''));
  if (mark === null) return null;
  const { id, host, began } = mark;
  const isHere = host === hostname();
  if (isHere && !isAlive(id)) return null;
  const now = isHere && began !== null ? await beginningOf(id) : null;
  // Numbers of processes are used again.
  if (now !== null) return now === began ? { id, host } : null;
  const times = [path, join(folder, LOG)].map((file) =>
    stat(file).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    ),
  );
  const last = Math.max(...(await Promise.all(times)));
  return Date.now() - last < 1000 * recentSeconds ? { id, host } : null;
}

function isAlive(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    // It is somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Linux tells when a process began, in ticks since the system did; null elsewhere. */
async function beginningOf(id: number): Promise<string | null> {
  const { readFile } = await import('node:fs/promises');
  try {
    const status = await readFile(`/proc/${id}/stat`, 'utf8');
    const system = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    // Fields are counted behind the name, which may hold spaces and brackets.
    const fields = status.slice(status.lastIndexOf(')') + 2).split(' ');
    return `${system.trim()}/${fields[19]}`;
  } catch {
    return null;
  }
}

function parsed(text: string): Mark | null {
  try {
    const mark: unknown = JSON.parse(text);
    if (typeof mark !== 'object' || mark === null) return null;
    const { id, host, began } = mark as Record<string, unknown>;
    const isMark =
      Number.isSafeInteger(id) && Number(id) > 0 && typeof host === 'string' && isText(began);
    return isMark ? (mark as Mark) : null;
  } catch {
    return null;
  }
}

const isText = (value: unknown): boolean => value === null || typeof value === 'string';
