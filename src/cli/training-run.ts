/** One run of `fovea train`: what it is, how it trains, and what it leaves in its folder. */

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTransform, DataLoader, type DatasetSplits } from '../data/index.js';
import { type FileSystem, WriteError } from '../formats/index.js';
import { createModel, type ModelOptions } from '../models/index.js';
import { fitsAuxiliary, fittedInput } from '../models/usual-input.js';
import { type Module, manualSeed } from '../nn/index.js';
import {
  beginRun,
  CheckpointFolder,
  loadNetwork,
  type NetworkDescription,
  NonFiniteError,
  openRunFolder,
  type PictureShape,
  type PixelStatistics,
  pixelStatistics,
  preprocessingFor,
  runFiles,
  saveNetwork,
  type TrainingResult,
  trainClassifier,
} from '../train/index.js';
import { usualAugmentation } from './augmentation.js';
import type { Progress } from './progress.js';
import { createOptimizer, createSchedule, type Recipe, recipeFor } from './recipe.js';
import { runLog } from './run-log.js';
import type { StopSignals } from './stop-signals.js';
import { UsageError } from './usage.js';
import { version } from './version.js';

/** What a user may say about a run; what changes nothing in what is learned is at the end. */
export interface RunOptions extends Partial<Recipe> {
  /** Rows and columns that the network takes. */
  readonly size?: number;
  /** Names of transforms. */
  readonly augment?: readonly string[];
  readonly seed?: number;
  readonly trainSize?: number;
  readonly testSize?: number;
  /** The folder of pictures to learn from, where it is no data set with a name. */
  readonly dataFolder?: string;
  /** The share of its pictures that is held back. */
  readonly validation?: number;
  /** A folder with the weights to start from. */
  readonly init?: string;
  /** Epochs without a better test loss after which the training ends. */
  readonly patience?: number;
  /** Checkpoints that are kept beside the best one. */
  readonly keep?: number;
  readonly checkpointEvery?: number;
  readonly evaluateEvery?: number;
}

export interface Run {
  readonly modelName: string;
  readonly model: Module;
  /** The options of the network. */
  readonly network: ModelOptions;
  readonly options: RunOptions;
  readonly recipe: Recipe;
  readonly data: DatasetSplits;
  readonly augment: readonly string[];
  readonly inputShape: PictureShape;
  readonly statistics: PixelStatistics;
  readonly folder: string;
  readonly files: FileSystem | undefined;
}

/** Makes the network and all that is decided before the first step; throws UsageError for what does not fit. */
export async function prepareRun(
  modelName: string,
  given: Pick<Run, 'options' | 'data' | 'folder' | 'files'>,
): Promise<Run> {
  const { options, data } = given;
  const inputShape = fittedInput(modelName, { ...data.train, size: options.size });
  const network = {
    numClasses: data.train.classes.length,
    ...(!fitsAuxiliary(modelName, inputShape) && { auxiliary: false }),
  };
  const { optimizer, lr, weightDecay, schedule, batch, epochs } = options;
  return {
    ...{ ...given, modelName, network, inputShape },
    recipe: recipeFor(modelName, { optimizer, lr, weightDecay, schedule, batch, epochs }),
    augment: options.augment ?? usualAugmentation(data.train.name),
    statistics: pixelStatistics(data.train),
    model: await createNetwork(modelName, options, network),
  };
}

async function createNetwork(
  name: string,
  { seed = 0, init }: RunOptions,
  network: ModelOptions,
): Promise<Module> {
  manualSeed(seed);
  const model = createModel(name, network);
  if (init === undefined) return model;
  const { config, stateDict } = await loadNetwork(init);
  if (config.model.name !== name) {
    throw new UsageError(
      `--init: ${init} holds a ${config.model.name}, but a ${name} is to be trained; ` +
        `use "fovea train ${config.model.name}" or another folder`,
    );
  }
  model.loadStateDict(stateDict);
  return model;
}

/** Writes down what the run is; an earlier one in its folder is laid aside. */
export const writeBeginning = (run: Run): Promise<void> =>
  beginRun({ ...describe(run, recipeOf(run)), folder: run.folder, files: run.files });

export interface TrainRunOptions {
  readonly progress: Progress;
  readonly stop: StopSignals;
  /** Go on from the newest checkpoint. */
  readonly resume: boolean;
}

/**
 * Trains, with a log and checkpoints in the run's folder. When the numbers break down, the last good weights
 * are saved before it throws, and when a disk is full the network as it is, in another place.
 */
export async function trainRun(
  run: Run,
  { progress, stop, resume }: TrainRunOptions,
): Promise<TrainingResult> {
  const { model, options, recipe, data, statistics, inputShape, folder, files } = run;
  const { batch: batchSize, epochs, lr, weightDecay } = recipe;
  const { seed = 0, keep, checkpointEvery, evaluateEvery, patience } = options;
  const loader = new DataLoader(data.train, {
    ...{ batchSize, seed, shuffle: true, dropLast: true },
    transforms: run.augment.map((name) => createTransform(name)),
  });
  const parameters = model.parameters();
  const optimizer = createOptimizer(recipe.optimizer, { parameters, lr, weightDecay });
  const schedule = createSchedule(recipe.schedule, { lr, steps: epochs * loader.length });
  const log = runLog(join(folder, runFiles.metrics));
  try {
    return await trainClassifier(model, {
      ...{ optimizer, loader, epochs, schedule, statistics, inputShape },
      ...{ test: data.test, signal: stop.signal, evaluateEvery, resume },
      monitor: { metric: 'loss', patience },
      checkpoints: new CheckpointFolder(join(folder, runFiles.checkpoints), { keep, files }),
      checkpointEvery,
      onBegin: log.begin,
      onStep: async (report) => {
        progress.step(report);
        await log.step(report, { lr: optimizer.lr });
      },
      onEpoch: async (report) => {
        progress.epoch(report);
        await log.epoch(report);
      },
      beforeCheckpoint: log.flush,
      onEvaluate: progress.examine,
    });
  } catch (error) {
    progress.stop();
    if (error instanceof NonFiniteError) {
      const where = await saveRun(run, { ...recipeOf(run), brokeDownAtStep: error.step + 1 });
      error.message += `; it is saved in ${where}`;
    }
    if (error instanceof WriteError) {
      const where = await saveElsewhere(run, recipeOf(run));
      if (where) error.message += `; the network as it is now is saved in ${where}`;
    }
    throw error;
  }
}

/** Saves the network into the run's folder, or into the system's temporary one before it is lost. */
export async function saveRun(run: Run, training: Record<string, unknown>): Promise<string> {
  const { model, folder, files } = run;
  try {
    await saveNetwork(model, { ...describe(run, training), folder, files });
    return folder;
  } catch (error) {
    if (!(error instanceof WriteError)) throw error;
    const where = await saveElsewhere(run, training);
    if (where) error.message += `; the network is saved in ${where} instead`;
    throw error;
  }
}

/** Saves the network into the system's temporary folder; null when that cannot be done either. */
async function saveElsewhere(run: Run, training: Record<string, unknown>): Promise<string | null> {
  try {
    const out = join(tmpdir(), `fovea-${run.modelName}-${run.data.train.name}-${Date.now()}`);
    const { path } = await openRunFolder('', { out });
    await saveNetwork(run.model, { ...describe(run, training), folder: path });
    return path;
  } catch {
    return null;
  }
}

/** What config.json says about the run. */
function describe(run: Run, training: Record<string, unknown>): NetworkDescription {
  const { modelName, network, data, statistics, inputShape } = run;
  const { name, classes, shape } = data.train;
  const described = { name, classes, shape, ...statistics };
  const isFitted = inputShape.some((extent, dim) => extent !== shape[dim]);
  return {
    savedBy: `fovea ${version}`,
    model: { name: modelName, options: { ...network } },
    data: described,
    preprocessing: { ...preprocessingFor(described), ...(isFitted && { inputShape }) },
    training,
  };
}

/** What a run tells of its training once it has ended. */
export function describeTraining(run: Run, result: TrainingResult): Record<string, unknown> {
  const { steps, seconds, evaluation, interrupted, history, ended } = result;
  return {
    ...recipeOf(run),
    epochsFinished: history.length,
    ...{ steps, seconds, interrupted, ended },
    trainLoss: history.at(-1)?.metrics.loss ?? null,
    testAccuracy: evaluation?.accuracy ?? null,
  };
}

/** What has to be known to train the same network again. */
function recipeOf({ options, recipe, augment }: Run): Record<string, unknown> {
  const { seed = 0, size, trainSize, testSize, init, patience, validation } = options;
  // In place of the data set's name, which a folder cannot be found by.
  const folder = options.dataFolder === undefined ? {} : { data: options.dataFolder };
  return {
    ...{ ...recipe, augment, size, seed, trainSize, testSize, init, patience, validation },
    ...folder,
  };
}

/** What becomes of the pictures of the data set. */
export function describeChanges({ data, inputShape, network, augment }: Run): string {
  const [channels, height, width] = data.train.shape;
  const [wanted, rows, columns] = inputShape;
  const changes: string[] = [];
  if (rows !== height || columns !== width) {
    changes.push(`resized from ${height} x ${width} to ${rows} x ${columns}`);
  }
  if (wanted !== channels) changes.push(wanted === 1 ? 'made grey' : 'grey as three channels');
  if (network.auxiliary === false)
    changes.push('too small for the auxiliary head, which is left out');
  if (augment.length > 0) changes.push(`in training changed at random: ${augment.join(', ')}`);
  return changes.join('; ');
}
