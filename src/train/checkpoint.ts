/** Checkpoints: a training state in one safetensors file with a checksum, to go on from. */

import { type FileSystem, writeFileAtomically } from '../formats/atomic-file.js';
import { openFile } from '../formats/byte-source.js';
import { FormatError } from '../formats/format-error.js';
import { openSafetensors, streamSafetensors } from '../formats/safetensors.js';
import type { StateTensor } from '../nn/index.js';
import type { TrainingState } from './training-state.js';

export interface Checkpoint<Progress = unknown> {
  readonly state: TrainingState;
  /** How far the training is; JSON. */
  readonly progress: Progress;
}

const FORMAT = 'fovea-checkpoint';
const VERSION = '1';

/**
 * Writes a checkpoint: it appears whole or not at all.
 *
 * Throws WriteError when the disk is full or the folder cannot be written.
 */
export async function writeCheckpoint(
  path: string,
  { state, progress }: Checkpoint,
  { files }: { files?: FileSystem } = {},
): Promise<void> {
  const text = JSON.stringify({ progress, plain: state.plain });
  const sha256 = await checksum(state.tensors, text);
  const metadata = { format: FORMAT, version: VERSION, training: text, sha256 };
  await writeFileAtomically(path, streamSafetensors(state.tensors, metadata), { files });
}

/**
 * The checkpoint in a file.
 *
 * Throws FormatError when it is none, is damaged, or was written by another version.
 */
export async function readCheckpoint<Progress>(path: string): Promise<Checkpoint<Progress>> {
  const refuse = (happened: string, expected: string, mend: string): FormatError =>
    new FormatError(path, { happened, expected, mend });
  const file = await openSafetensors(await openFile(path));
  try {
    const { format, version, training = '', sha256 } = file.metadata;
    if (format !== FORMAT) {
      throw refuse('it is no checkpoint of Fovea', `"format": "${FORMAT}"`, 'name another file');
    }
    if (version !== VERSION) {
      const mend = 'resume with the version of Fovea that wrote it';
      throw refuse(`its format has version ${version}`, `version ${VERSION}`, mend);
    }
    const tensors = new Map<string, StateTensor>();
    for (const name of file.entries.keys()) tensors.set(name, await file.read(name));
    if ((await checksum(tensors, training)) !== sha256) {
      throw refuse(
        'its checksum is another than the one it carries',
        'a file as it was written',
        'resume from an older checkpoint',
      );
    }
    const { progress, plain } = JSON.parse(training);
    return { state: { tensors, plain }, progress };
  } finally {
    await file.close();
  }
}

/** Over the text, and the name, type, shape and elements of each tensor; the order of tensors is no matter. */
async function checksum(tensors: ReadonlyMap<string, StateTensor>, text: string): Promise<string> {
  const { createHash } = await import('node:crypto');
  const hash = createHash('sha256').update(text);
  for (const name of [...tensors.keys()].sort()) {
    const { dtype, shape, data } = tensors.get(name)!;
    hash.update(`\n${JSON.stringify([name, dtype, shape])}\n`);
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('hex');
}
