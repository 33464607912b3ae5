/** One run of `fovea train`: how it begins, how it trains, and what it leaves in its folder, whatever is trained. */

import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePng, type FileSystem, WriteError, writeFileAtomically } from '../formats/index.js';
import { manualSeed } from '../nn/index.js';
import {
  beginRun,
  CheckpointFolder,
  loadNetwork,
  type NetworkDescription,
  NonFiniteError,
  openRunFolder,
  runFiles,
  saveNetwork,
} from '../train/index.js';
import type { TrainingData } from './choose-data.js';
import type { Progress } from './progress.js';
import { runBoard } from './run-board.js';
import { runLog } from './run-log.js';
import { runSystem } from './run-system.js';
import type { StopSignals } from './stop-signals.js';
import type { Outcome, PreparedTraining, ToldPicture, TrainingMaterial } from './training/kind.js';
import { kindOf } from './training/kinds.js';
import { UsageError } from './usage.js';
import { version } from './version.js';

export interface Run {
  /** Of the network. */
  readonly name: string;
  readonly training: PreparedTraining;
  readonly options: TrainingMaterial['options'];
  /** The folder of pictures to learn from, where it is no data set with a name. */
  readonly dataFolder: string | undefined;
  readonly folder: string;
  readonly files: FileSystem | undefined;
}

/** Makes the network and all that is decided before the first step; throws UsageError for what does not fit. */
export async function prepareRun(
  name: string,
  given: Pick<Run, 'options' | 'dataFolder' | 'folder' | 'files'> &
    Pick<TrainingMaterial<object, TrainingData>, 'data'>,
): Promise<Run> {
  const { data, ...rest } = given;
  const { seed = 0, init } = rest.options;
  manualSeed(seed);
  const training = await kindOf(name).prepare(name, { options: rest.options, data });
  const run = { ...rest, name, training };
  if (init !== undefined) await takeWeights(run, init);
  return run;
}

async function takeWeights({ name, training }: Run, folder: string): Promise<void> {
  const { config, stateDict } = await loadNetwork(folder);
  if (config.model.name !== name) {
    throw new UsageError(
      `--init: ${folder} holds a ${config.model.name}, but a ${name} is to be trained; ` +
        `use "fovea train ${config.model.name}" or another folder`,
    );
  }
  training.model.loadStateDict(stateDict);
}

/** Writes down what the run is; an earlier one in its folder is laid aside. */
export const writeBeginning = (run: Run): Promise<void> =>
  beginRun({ ...describe(run, recipeOf(run)), folder: run.folder, files: run.files });

export interface TrainRunOptions {
  readonly progress: Progress;
  readonly stop: StopSignals;
  /** Go on from the newest checkpoint. */
  readonly resume: boolean;
  /** Hears of what happens. */
  readonly say: (sentence: string) => void;
  /** Hears of what goes wrong without ending the training. */
  readonly tell: (sentence: string) => void;
}

/**
 * Trains, with a log and checkpoints in the run's folder. When the numbers break down, the last good weights
 * are saved before it throws, and when a disk is full the network as it is, in another place.
 */
export async function trainRun(
  run: Run,
  { progress, stop, resume, say, tell }: TrainRunOptions,
): Promise<Outcome> {
  const { training, options, folder, files } = run;
  const { keep, checkpointEvery, evaluateEvery } = options;
  const tensorboard = join(folder, runFiles.tensorboard);
  const isWanted = options.tensorboard ?? (resume && existsSync(tensorboard));
  const board = isWanted ? runBoard(tensorboard, { files, onProblem: tell }) : null;
  const log = runLog(join(folder, runFiles.metrics), { board });
  try {
    return await training.train({
      ...{ signal: stop.signal, evaluateEvery, checkpointEvery, resume },
      checkpoints: new CheckpointFolder(join(folder, runFiles.checkpoints), { keep, files }),
      onBegin: async (steps) => {
        if (resume) say(whereItGoesOn(steps));
        await log.begin(steps);
      },
      onStep: async (report) => {
        progress.step(report);
        await log.step(report, training.scheduled?.() ?? {});
      },
      onEpoch: async (report) => {
        progress.epoch(report);
        await log.epoch(report);
      },
      beforeCheckpoint: log.flush,
      onEvaluate: progress.examine,
      onPicture: async (told) => {
        board?.picture(told);
        await writeSample(run, told);
      },
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
  } finally {
    await board?.close();
  }
}

const whereItGoesOn = (steps: number): string =>
  steps > 0
    ? `going on behind step ${steps.toLocaleString('en')}`
    : 'there is no checkpoint yet, so it begins at its first step';

async function writeSample({ folder, files }: Run, told: ToldPicture): Promise<void> {
  const samples = join(folder, runFiles.samples);
  await mkdir(samples, { recursive: true });
  const step = String(told.step).padStart(9, '0');
  const png = encodePng(told.picture);
  await writeFileAtomically(join(samples, `${told.name}-step${step}.png`), png, { files });
}

/** Saves the network into the run's folder, or into the system's temporary one before it is lost. */
export async function saveRun(run: Run, told: Record<string, unknown>): Promise<string> {
  const { training, folder, files } = run;
  try {
    await saveNetwork(training.model, { ...describe(run, told), folder, files });
    return folder;
  } catch (error) {
    if (!(error instanceof WriteError)) throw error;
    const where = await saveElsewhere(run, told);
    if (where) error.message += `; the network is saved in ${where} instead`;
    throw error;
  }
}

/** Saves the network into the system's temporary folder; null when that cannot be done either. */
async function saveElsewhere(run: Run, told: Record<string, unknown>): Promise<string | null> {
  const { name, training } = run;
  try {
    const out = join(tmpdir(), `fovea-${name}-${training.data.name}-${Date.now()}`);
    const { path } = await openRunFolder('', { out });
    await saveNetwork(training.model, { ...describe(run, told), folder: path });
    return path;
  } catch {
    return null;
  }
}

/** What config.json says about the run. */
function describe({ name, training }: Run, told: Record<string, unknown>): NetworkDescription {
  const { modelOptions, data, preprocessing } = training;
  return {
    savedBy: `fovea ${version}`,
    model: { name, options: modelOptions },
    ...{ data, preprocessing, training: { ...told, system: runSystem() } },
  };
}

/** What a run tells of its training once it has ended. */
export function describeTraining(run: Run, outcome: Outcome): Record<string, unknown> {
  const { steps, seconds, history, ended } = outcome.training;
  const interrupted = ended === 'aborted';
  return {
    ...recipeOf(run),
    epochsFinished: history.length,
    ...{ steps, seconds, interrupted, ended },
    ...outcome.numbers,
  };
}

/** What has to be known to train the same network again. */
function recipeOf({ options, training, dataFolder }: Run): Record<string, unknown> {
  const { seed = 0, trainSize, testSize, init, validation } = options;
  // In place of the data set's name, which a folder cannot be found by.
  const folder = dataFolder === undefined ? {} : { data: dataFolder };
  return { ...training.settings, seed, trainSize, testSize, init, validation, ...folder };
}
