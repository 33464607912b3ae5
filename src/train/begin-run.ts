/** The beginning of a run: what an earlier one left in the folder is laid aside, and what this one is, is written down. */

import { type FileSystem, WriteError } from '../formats/atomic-file.js';
import { CHECKPOINTS, describeNetwork, type NetworkDescription } from './saved-network.js';

/** What a run leaves in its folder. */
export const runFiles = {
  config: 'config.json',
  weights: 'model.safetensors',
  metrics: 'metrics.jsonl',
  checkpoints: CHECKPOINTS,
  samples: 'samples',
  tensorboard: 'tensorboard',
  evaluation: 'evaluation.json',
  report: 'report.html',
} as const;

const PREVIOUS = 'previous';

/**
 * Begins a run in `folder`, which must exist: a run that is there is moved to `previous/`, and replaces the
 * one in it.
 *
 * Throws WriteError when the disk is full or the folder cannot be written.
 *
 *     await beginRun({ folder: 'runs/1', savedBy, model: { name, options }, data, training });
 */
export async function beginRun(
  options: NetworkDescription & { folder: string; files?: FileSystem },
): Promise<void> {
  await layAside(options.folder);
  await describeNetwork(options);
}

async function layAside(folder: string): Promise<void> {
  const { mkdir, readdir, rename, rm } = await import('node:fs/promises');
  const { join } = await import('node:path');
  const names: readonly string[] = Object.values(runFiles);
  const present = (await readdir(folder)).filter((name) => names.includes(name));
  if (!present.includes(runFiles.config)) return;
  const previous = join(folder, PREVIOUS);
  try {
    await rm(previous, { recursive: true, force: true });
    await mkdir(previous);
    for (const name of present) await rename(join(folder, name), join(previous, name));
  } catch (error) {
    const what = `the run that is there could not be kept (${error instanceof Error ? error.message : error})`;
    throw new WriteError(previous, { what, mend: 'choose another folder' }, error);
  }
}
