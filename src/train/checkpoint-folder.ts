/** The checkpoints of a run: the newest ones and the best, in a folder of their own. */

import type { FileSystem } from '../formats/atomic-file.js';
import { FormatError } from '../formats/format-error.js';
import { type Checkpoint, readCheckpoint, writeCheckpoint } from './checkpoint.js';

export interface CheckpointFolderOptions {
  /** How many of the newest are kept beside the best. Default: 2. */
  readonly keep?: number;
  /** Writes the files; tests pass disks that are full. */
  readonly files?: FileSystem;
}

/** A checkpoint that could not be used, and why. */
export interface Unusable {
  readonly path: string;
  readonly problem: string;
}

export interface Found<Progress> {
  readonly checkpoint: Checkpoint<Progress>;
  readonly path: string;
  /** Newer ones that are damaged. */
  readonly unusable: readonly Unusable[];
}

const digits = 9;
const nameOf = (step: number): string => `step-${String(step).padStart(digits, '0')}.safetensors`;
const pattern = /^step-(\d+)\.safetensors$/;
/** What a write that was cut off leaves beside the file that it was to become. */
const leftOver = /^\.step-\d+\.safetensors\..*\.tmp$/;

export class CheckpointFolder {
  readonly path: string;
  readonly #keep: number;
  readonly #files: FileSystem | undefined;

  constructor(path: string, { keep = 2, files }: CheckpointFolderOptions = {}) {
    this.path = path;
    this.#keep = Math.max(1, keep);
    this.#files = files;
  }

  /**
   * Writes the checkpoint of a step, then removes those that are too old, but not that of `bestStep`.
   *
   * Throws WriteError when the disk is full or the folder cannot be written; older ones are whole then.
   */
  async save(step: number, checkpoint: Checkpoint, bestStep?: number): Promise<string> {
    const { mkdir, rm } = await import('node:fs/promises');
    const { join } = await import('node:path');
    await mkdir(this.path, { recursive: true });
    const path = join(this.path, nameOf(step));
    await writeCheckpoint(path, checkpoint, { files: this.#files });
    const older = (await this.steps()).slice(this.#keep).filter((other) => other !== bestStep);
    for (const other of older) await rm(join(this.path, nameOf(other)), { force: true });
    return path;
  }

  /** The steps that there are checkpoints of, the newest first. */
  async steps(): Promise<number[]> {
    const found = (await this.#names()).flatMap((name) => pattern.exec(name)?.[1] ?? []);
    return found.map(Number).sort((a, b) => b - a);
  }

  /** The path of the checkpoint of a step. */
  async pathOf(step: number): Promise<string> {
    const { join } = await import('node:path');
    return join(this.path, nameOf(step));
  }

  /** The newest checkpoint that is whole; null when there is none. */
  async newest<Progress>(): Promise<Found<Progress> | null> {
    const unusable: Unusable[] = [];
    for (const step of await this.steps()) {
      const path = await this.pathOf(step);
      try {
        return { checkpoint: await readCheckpoint<Progress>(path), path, unusable };
      } catch (error) {
        if (!(error instanceof FormatError)) throw error;
        unusable.push({ path, problem: error.message });
      }
    }
    if (unusable.length > 0) {
      throw new FormatError(this.path, {
        happened: `none of its ${unusable.length} checkpoints can be used: ${unusable[0].problem}`,
        expected: 'at least one whole checkpoint',
        mend: 'start the training anew',
      });
    }
    return null;
  }

  /** Removes what writes that were cut off have left. */
  async tidy(): Promise<void> {
    const { rm } = await import('node:fs/promises');
    const { join } = await import('node:path');
    for (const name of await this.#names()) {
      if (leftOver.test(name)) await rm(join(this.path, name), { force: true });
    }
  }

  async #names(): Promise<string[]> {
    const { readdir } = await import('node:fs/promises');
    return readdir(this.path).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
      throw error;
    });
  }
}
