/** What the examination at the end of a run found, as evaluation.json beside pictures of its mistakes. */

import type { ImageDataset } from '../data/index.js';
import { type FileSystem, WriteError, writeFileAtomically } from '../formats/atomic-file.js';
import { FormatError } from '../formats/format-error.js';
import type { ImagePixels } from '../formats/images/image-pixels.js';
import type { Evaluation, Mistake } from './evaluate-classifier.js';

/** A picture that was named wrongly, and where it is in the run's folder. */
export interface SavedMistake extends Omit<Mistake, 'planes'> {
  readonly picture: string;
}

export interface SavedEvaluation {
  readonly count: number;
  readonly correct: number;
  /** 0 to 1. */
  readonly accuracy: number;
  /** Mean cross entropy. */
  readonly loss: number;
  readonly classes: readonly string[];
  /** A row for each true class, in it a count for each answer. */
  readonly confusion: readonly (readonly number[])[];
  readonly mistakes: readonly SavedMistake[];
}

const FILE = 'evaluation.json';
const SAMPLES = 'samples';
const mistakeFile = /^mistake-\d+\.png$/;
/** Pictures lie in the run's own folder, so that a file from a stranger points to no other. */
const picturePath = /^samples\/[\w-][\w.-]*\.png$/;

/**
 * Writes evaluation.json and the pictures of the mistakes into the folder of a run, which must exist.
 *
 * Those of an earlier examination are replaced. Throws WriteError when the disk is full or the folder cannot
 * be written.
 *
 *     await writeEvaluation('runs/1', await evaluateClassifier(model, { data, statistics }), data);
 */
export async function writeEvaluation(
  folder: string,
  evaluation: Evaluation,
  { classes, shape }: Pick<ImageDataset, 'classes' | 'shape'>,
  { files }: { files?: FileSystem } = {},
): Promise<SavedEvaluation> {
  const { join } = await import('node:path');
  // NOTE: it needs a package that a page without a bundler cannot import.
  const { encodePng } = await import('../formats/images/png.js');
  await removeMistakes(join(folder, SAMPLES));
  const { count, correct, accuracy, loss, confusion } = evaluation;
  const mistakes: SavedMistake[] = [];
  for (const { planes, ...mistake } of evaluation.mistakes) {
    const picture = `${SAMPLES}/mistake-${String(mistakes.length).padStart(3, '0')}.png`;
    const png = encodePng(pictureOf(planes, shape));
    await writeFileAtomically(join(folder, picture), png, { files });
    mistakes.push({ ...mistake, picture });
  }
  const saved: SavedEvaluation = {
    ...{ count, correct, accuracy, loss, classes, mistakes },
    confusion: classes.map((_, row) => [
      ...confusion.subarray(row * classes.length, (row + 1) * classes.length),
    ]),
  };
  await writeFileAtomically(join(folder, FILE), `${JSON.stringify(saved)}\n`, { files });
  return saved;
}

/** Makes the folder, and clears it of the pictures of an earlier examination. */
async function removeMistakes(samples: string): Promise<void> {
  const { mkdir, readdir, rm } = await import('node:fs/promises');
  const { join } = await import('node:path');
  try {
    await mkdir(samples, { recursive: true });
    for (const name of await readdir(samples)) {
      if (mistakeFile.test(name)) await rm(join(samples, name));
    }
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    throw new WriteError(samples, { what, mend: 'make the folder writable' }, error);
  }
}

function pictureOf(
  planes: Uint8Array,
  [channels, height, width]: ImageDataset['shape'],
): ImagePixels {
  const pixels = height * width;
  const data = new Uint8Array(channels * pixels);
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < pixels; i++) data[i * channels + c] = planes[c * pixels + i];
  }
  return { width, height, channels, data };
}

/**
 * What `writeEvaluation` wrote into the folder of a run; null where it was not examined.
 *
 * Throws FormatError when the file is damaged.
 */
export async function readEvaluation(folder: string): Promise<SavedEvaluation | null> {
  const { readFile } = await import('node:fs/promises');
  const { join } = await import('node:path');
  const path = join(folder, FILE);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  const wrong = whatIsWrong(parsed(text));
  if (wrong === null) return JSON.parse(text) as SavedEvaluation;
  throw new FormatError(path, {
    happened: wrong,
    expected: 'the examination of a classifier, as training writes it',
    mend: 'remove the file, or restore it',
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function whatIsWrong(value: unknown): string | null {
  if (!isObject(value)) return 'it is no JSON object';
  const { classes, confusion, mistakes } = value;
  for (const name of ['count', 'correct', 'accuracy', 'loss']) {
    if (!Number.isFinite(value[name])) return `"${name}" is no number`;
  }
  if (!Array.isArray(classes) || !classes.every((name) => typeof name === 'string')) {
    return '"classes" is no list of names';
  }
  const length = classes.length;
  const isRow = (row: unknown): boolean =>
    Array.isArray(row) && row.length === length && row.every(isCount);
  if (!Array.isArray(confusion) || confusion.length !== length || !confusion.every(isRow)) {
    return `"confusion" has not ${length} rows of ${length} counts`;
  }
  const isClass = (index: unknown): boolean => isCount(index) && (index as number) < length;
  const isMistake = (mistake: unknown): boolean =>
    isObject(mistake) &&
    isCount(mistake.index) &&
    isClass(mistake.label) &&
    isClass(mistake.predicted) &&
    Number.isFinite(mistake.probability) &&
    typeof mistake.picture === 'string' &&
    picturePath.test(mistake.picture);
  if (!Array.isArray(mistakes) || !mistakes.every(isMistake)) {
    return '"mistakes" is no list of mistakes with pictures in samples/';
  }
  return null;
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
