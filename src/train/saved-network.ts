/** A trained network on disk: its weights (model.safetensors) and all that is needed to use them (config.json). */

import { type FileSystem, WriteError, writeFileAtomically } from '../formats/atomic-file.js';
import { type ByteSource, openFile } from '../formats/byte-source.js';
import { FormatError } from '../formats/format-error.js';
import { openSafetensors, streamSafetensors } from '../formats/safetensors.js';
import type { SafetensorsTensor } from '../formats/tensor-source.js';
import { stateToWrite } from '../formats/tensor-to-write.js';
import type { Module, StateDict } from '../nn/index.js';
import { CheckpointFolder } from './checkpoint-folder.js';
import { isPreprocessing, type Preprocessing, preprocessingFor } from './preprocessing.js';

/** What config.json says. */
export interface NetworkConfig {
  readonly format: typeof FORMAT;
  readonly formatVersion: number;
  /** The version of this library that saved it. */
  readonly savedBy: string;
  readonly model: { readonly name: string; readonly options: Readonly<Record<string, unknown>> };
  readonly data: {
    readonly name: string;
    readonly classes: readonly string[];
    /** The shape of one picture: [channels, height, width]. */
    readonly shape: readonly [channels: number, height: number, width: number];
    /** Per channel, for pixels scaled to 0..1. */
    readonly mean: readonly number[];
    readonly std: readonly number[];
  };
  /** What makes any picture one for the network; those that were saved before it was kept have none. */
  readonly preprocessing?: Preprocessing;
  /** How it was trained and how well it did; for people, nothing here is needed to use it. */
  readonly training: Readonly<Record<string, unknown>>;
  /** Null until the training has ended: checkpoints hold them. */
  readonly weights: { readonly file: string; readonly sha256: string } | null;
  /** Where the network's generators of random numbers stand, to train on: four int32 each, by path. */
  readonly generators?: Readonly<Record<string, readonly number[]>>;
}

/** What the caller of `saveNetwork` knows; the rest of the configuration is filled in. */
export type NetworkDescription = Pick<NetworkConfig, 'savedBy' | 'model' | 'data' | 'training'> &
  Partial<Pick<NetworkConfig, 'preprocessing'>>;

export interface SavedNetwork {
  readonly config: NetworkConfig;
  /** What makes any picture one for the network. */
  readonly preprocessing: Preprocessing;
  /** Ready for `model.loadStateDict`. */
  readonly stateDict: Record<string, SafetensorsTensor>;
  /** Ready for `model.loadGeneratorState`, whose next random masks are then those of the saved network. */
  readonly generatorState: StateDict;
}

const FORMAT = 'fovea-network';
const FORMAT_VERSION = 1;
const CONFIG_FILE = 'config.json';
const WEIGHTS_FILE = 'model.safetensors';
/** Where a training keeps its checkpoints. */
export const CHECKPOINTS = 'checkpoints';
const PREVIOUS = 'previous';
const CHECKED_BYTES = 2 ** 20;

/**
 * Saves `model` into `folder`, which must exist; a network already there is kept in `previous/`.
 *
 * Each file appears whole or not at all. Throws WriteError when the disk is full or the folder
 * cannot be written.
 *
 *     await saveNetwork(model, { folder: 'runs/1', savedBy, model: { name, options }, data, training });
 */
export async function saveNetwork(
  model: Module,
  { folder, files, ...description }: NetworkDescription & { folder: string; files?: FileSystem },
): Promise<NetworkConfig> {
  const { join } = await import('node:path');
  const { createHash } = await import('node:crypto');
  const generators = Object.entries(model.generatorState());
  const hash = createHash('sha256');
  const { length, chunks } = streamSafetensors(stateToWrite(model));
  function* hashed() {
    for (const chunk of chunks) {
      hash.update(chunk);
      yield chunk;
    }
  }
  const undo = await keepPrevious(folder);
  try {
    await writeFileAtomically(join(folder, WEIGHTS_FILE), { length, chunks: hashed() }, { files });
    const config = {
      ...configOf(description, { file: WEIGHTS_FILE, sha256: hash.digest('hex') }),
      generators: Object.fromEntries(generators.map(([path, { data }]) => [path, [...data]])),
    };
    await writeConfig(folder, config, files);
    return config;
  } catch (error) {
    await undo();
    throw error;
  }
}

const configOf = (
  description: NetworkDescription,
  weights: NetworkConfig['weights'],
): NetworkConfig => ({
  format: FORMAT,
  formatVersion: FORMAT_VERSION,
  ...description,
  preprocessing: description.preprocessing ?? preprocessingFor(description.data),
  weights,
});

async function writeConfig(
  folder: string,
  config: NetworkConfig,
  files: FileSystem | undefined,
): Promise<void> {
  const { join } = await import('node:path');
  const text = `${JSON.stringify(config, null, 2)}\n`;
  await writeFileAtomically(join(folder, CONFIG_FILE), text, { files });
}

/**
 * Writes what a training begins with into `folder`, which must exist: all but the weights.
 *
 * Throws WriteError when the disk is full or the folder cannot be written.
 *
 *     await describeNetwork({ folder: 'runs/1', savedBy, model: { name, options }, data, training });
 */
export async function describeNetwork({
  folder,
  files,
  ...description
}: NetworkDescription & { folder: string; files?: FileSystem }): Promise<NetworkConfig> {
  const config = configOf(description, null);
  await writeConfig(folder, config, files);
  return config;
}

/**
 * What config.json says about the network or the training in `folder`.
 *
 * Throws FormatError when there is none, or when it is damaged or of another version.
 */
export async function readNetworkConfig(folder: string): Promise<NetworkConfig> {
  const { join } = await import('node:path');
  const path = join(folder, CONFIG_FILE);
  return parseConfig(new TextDecoder().decode(await read(path, folder)), path);
}

/**
 * The network that `saveNetwork` put into `folder`; of a training that has not ended, the network of its
 * newest checkpoint.
 *
 * Throws FormatError when there is none, or when its files are damaged or do not belong together.
 *
 *     const { config, stateDict } = await loadNetwork('runs/1');
 */
export async function loadNetwork(folder: string): Promise<SavedNetwork> {
  const config = await readNetworkConfig(folder);
  const preprocessing = config.preprocessing ?? preprocessingFor(config.data);
  if (config.weights === null) {
    return { config, preprocessing, ...(await networkOfCheckpoint(folder)) };
  }
  const stateDict = await readState(folder, config.weights);
  const generatorState: StateDict = Object.fromEntries(
    Object.entries(config.generators ?? {}).map(([generator, words]) => [
      generator,
      { shape: [words.length], dtype: 'int32', data: Int32Array.from(words) },
    ]),
  );
  return { config, preprocessing, stateDict, generatorState };
}

/** The weights, when their checksum is the one of the configuration. */
async function readState(
  folder: string,
  weights: NonNullable<NetworkConfig['weights']>,
): Promise<Record<string, SafetensorsTensor>> {
  const { join } = await import('node:path');
  const path = join(folder, weights.file);
  const source = await openFile(path).catch((error: unknown) => {
    throw notReadable(path, folder, error instanceof FormatError ? (error.cause ?? error) : error);
  });
  try {
    if ((await checksum(source)) !== weights.sha256) {
      throw new FormatError(path, {
        happened: `its checksum is not the one that ${CONFIG_FILE} names`,
        expected: 'the weights that were saved together with the configuration',
        mend: `copy both files again, or take those in ${join(folder, PREVIOUS)} if there are any`,
      });
    }
    const tensors = await openSafetensors(source);
    const state: [string, SafetensorsTensor][] = [];
    for (const name of tensors.entries.keys()) state.push([name, await tensors.read(name)]);
    return Object.fromEntries(state);
  } finally {
    await source.close();
  }
}

/** The network as the newest checkpoint in `folder` has it: the part called `model`. */
async function networkOfCheckpoint(
  folder: string,
): Promise<Pick<SavedNetwork, 'stateDict' | 'generatorState'>> {
  const { join } = await import('node:path');
  const found = await new CheckpointFolder(join(folder, CHECKPOINTS)).newest();
  if (!found) {
    throw new FormatError(folder, {
      happened: 'its training has not come to a checkpoint yet',
      expected: 'the weights of a network',
      mend: `wait, or go on with it: npx fovea train --resume ${folder}`,
    });
  }
  const { tensors } = found.checkpoint.state;
  const part = (prefix: string): Record<string, SafetensorsTensor> =>
    Object.fromEntries(
      [...tensors].flatMap(([name, tensor]) =>
        name.startsWith(prefix) ? [[name.slice(prefix.length), tensor]] : [],
      ),
    );
  return { stateDict: part('model/'), generatorState: part('model.generators/') };
}

/** Lays aside the network in `folder`, if any; the result takes that back. */
async function keepPrevious(folder: string): Promise<() => Promise<void>> {
  const { copyFile, mkdir, rename, rm, stat } = await import('node:fs/promises');
  const { join } = await import('node:path');
  const names = [WEIGHTS_FILE, CONFIG_FILE];
  const exists = (name: string) =>
    stat(join(folder, name)).then(
      () => true,
      () => false,
    );
  const present = await Promise.all(names.map(exists));
  if (!present.every(Boolean)) {
    const added = names.filter((_, i) => !present[i]);
    return async () => {
      for (const name of added) await rm(join(folder, name), { force: true }).catch(() => {});
    };
  }
  const previous = join(folder, PREVIOUS);
  // The copies are made aside, so that an older network in `previous` outlives a full disk.
  const aside = join(folder, `.${PREVIOUS}`);
  try {
    await rm(aside, { recursive: true, force: true });
    await mkdir(aside);
    for (const name of names) await copyFile(join(folder, name), join(aside, name));
    await mkdir(previous, { recursive: true });
    for (const name of names) await rename(join(aside, name), join(previous, name));
    await rm(aside, { recursive: true });
  } catch (error) {
    await rm(aside, { recursive: true, force: true }).catch(() => {});
    const text = error instanceof Error ? error.message : String(error);
    const mend = 'free some space or choose another folder';
    throw new WriteError(
      previous,
      { what: `the network that is there could not be kept (${text})`, mend },
      error,
    );
  }
  return async () => {
    for (const name of names) {
      await copyFile(join(previous, name), join(folder, name)).catch(() => {});
    }
  };
}

async function read(path: string, folder: string): Promise<Uint8Array> {
  const { readFile } = await import('node:fs/promises');
  try {
    return await readFile(path);
  } catch (error) {
    throw notReadable(path, folder, error);
  }
}

function notReadable(path: string, folder: string, error: unknown): FormatError {
  const text = error instanceof Error ? error.message : String(error);
  const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
  return new FormatError(
    folder,
    {
      happened: missing ? `there is no ${path}` : `${path} cannot be read (${text})`,
      expected: `a folder with ${WEIGHTS_FILE} and ${CONFIG_FILE}, as training writes it`,
      mend: 'name the folder that "fovea train" printed at its end',
    },
    error,
  );
}

function parseConfig(text: string, path: string): NetworkConfig {
  const refuse = (happened: string, expected: string): never => {
    throw new FormatError(path, { happened, expected, mend: 'train or copy the network again' });
  };
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch (error) {
    refuse(`it is no JSON (${error instanceof Error ? error.message : error})`, 'a JSON object');
  }
  if (!isObject(config) || config.format !== FORMAT) {
    return refuse('it describes no network of Fovea', `"format": "${FORMAT}"`);
  }
  if (config.formatVersion !== FORMAT_VERSION) {
    const version = JSON.stringify(config.formatVersion);
    return refuse(`its format has version ${version}`, `version ${FORMAT_VERSION}`);
  }
  const { model, data, weights, generators = {}, preprocessing } = config;
  const fits = {
    model: isObject(model) && typeof model.name === 'string' && isObject(model.options),
    data: isObject(data) && typeof data.name === 'string' && describesPictures(data),
    preprocessing:
      preprocessing === undefined ||
      (isObject(data) && isNumbers(data.shape) && isPreprocessing(preprocessing, data.shape)),
    weights:
      weights === null ||
      (isObject(weights) && weights.file === WEIGHTS_FILE && typeof weights.sha256 === 'string'),
    generators: isObject(generators) && Object.values(generators).every(isGeneratorState),
  };
  for (const [part, good] of Object.entries(fits)) {
    if (!good) refuse(`"${part}" is missing or not as expected`, `"${part}" as training writes it`);
  }
  return config as unknown as NetworkConfig;
}

function describesPictures({ classes, shape, mean, std }: Record<string, unknown>): boolean {
  return (
    Array.isArray(classes) &&
    classes.every((name) => typeof name === 'string') &&
    isNumbers(shape) &&
    shape.length === 3 &&
    shape.every((extent) => Number.isSafeInteger(extent) && extent > 0) &&
    isNumbers(mean) &&
    isNumbers(std) &&
    mean.length === shape[0] &&
    std.length === shape[0] &&
    std.every((deviation) => deviation > 0)
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const isGeneratorState = (words: unknown): boolean =>
  isNumbers(words) && words.length === 4 && words.every((word) => word === (word | 0));

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((element) => Number.isFinite(element));
}

/** The SHA-256 of a file, read some bytes at a time. */
async function checksum(source: ByteSource): Promise<string> {
  const { createHash } = await import('node:crypto');
  const hash = createHash('sha256');
  for (let at = 0; at < source.size; at += CHECKED_BYTES) {
    hash.update(await source.read(at, Math.min(CHECKED_BYTES, source.size - at)));
  }
  return hash.digest('hex');
}
