/** `fovea train`: trains a model on a data set, shows how well it did and saves it. */

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTransform, DataLoader, type DatasetSplits } from '../data/index.js';
import { type FileSystem, WriteError } from '../formats/index.js';
import { createModel, type ModelOptions, modelNames } from '../models/index.js';
import { fitsAuxiliary, fittedInput } from '../models/usual-input.js';
import { type Module, manualSeed } from '../nn/index.js';
import {
  loadNetwork,
  NonFiniteError,
  openRunFolder,
  type PictureShape,
  type PixelStatistics,
  pixelStatistics,
  preprocessingFor,
  saveNetwork,
  type TrainingResult,
  trainClassifier,
} from '../train/index.js';
import { usualAugmentation } from './augmentation.js';
import { chooseData, loadData } from './choose-data.js';
import { type Progress, showProgress, silent } from './progress.js';
import { createOptimizer, createSchedule, type Recipe, recipeFor } from './recipe.js';
import { listenForStop, type StopSignals } from './stop-signals.js';
import { print, type Terminal } from './terminal.js';
import { useThreads } from './threads.js';
import { drawResult, summarize } from './train-report.js';
import { requireName, UsageError } from './usage.js';
import { version } from './version.js';

export interface TrainOptions extends Partial<Recipe> {
  readonly data?: string;
  /** Rows and columns that the network takes. */
  readonly size?: number;
  /** Names of transforms. */
  readonly augment?: readonly string[];
  readonly seed: number;
  readonly threads?: number;
  readonly trainSize?: number;
  readonly testSize?: number;
  readonly out?: string;
  readonly init?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export interface TrainSurroundings {
  readonly terminal: Terminal;
  /** Writes the network; tests pass disks that are full. */
  readonly files?: FileSystem;
}

/** Runs the command and returns the exit code; throws what goes wrong. */
export async function trainCommand(
  modelName: string,
  options: TrainOptions,
  { terminal, files }: TrainSurroundings,
): Promise<number> {
  requireName('model', modelName, modelNames());
  if (options.threads !== undefined) useThreads(options.threads);
  const output = options.json ? terminal.stderr : terminal.stdout;
  const say = (text: string) => {
    if (!options.quiet) print(output, text);
  };
  const progress = options.quiet ? silent : showProgress(terminal);
  const stop = listenForStop(() => {
    progress.stop();
    print(terminal.stderr, 'stopping after this step; once more stops at once');
  });
  let cleanUp = async () => {};
  try {
    const choice = await chooseData(options.data);
    say(`data: ${choice.why}`);
    const folder = await openRunFolder(`${modelName}-${choice.name}`, { out: options.out });
    cleanUp = folder.removeIfEmpty;
    const { signal } = stop;
    const data = await loadData(choice.name, { ...options, signal, onProgress: progress.download });
    progress.stop();
    const inputShape = fittedInput(modelName, { ...data.train, size: options.size });
    const network = {
      numClasses: data.train.classes.length,
      ...(!fitsAuxiliary(modelName, inputShape) && { auxiliary: false }),
    };
    const run: Run = {
      ...{ modelName, options, data, folder: folder.path, progress, stop, files },
      recipe: recipeFor(modelName, recipeGiven(options)),
      augment: options.augment ?? usualAugmentation(choice.name),
      inputShape,
      network,
      statistics: pixelStatistics(data.train),
      model: await createNetwork(modelName, options, network),
    };
    const parameters = run.model.parameters().reduce((total, { size }) => total + size, 0);
    say(
      `model: ${modelName}, ${count(parameters)} parameters; ` +
        `${count(data.train.length)} pictures to learn from, ${count(data.test.length)} to be examined on`,
    );
    const changes = describeChanges(run);
    if (changes !== '') say(`pictures: ${changes}`);
    const result = await train(run);
    progress.stop();
    const where = await save(run, describeTraining(run, result));
    if (result.interrupted) {
      print(
        terminal.stderr,
        `stopped after step ${count(result.steps)} of ${count(result.stepsPlanned)}; the network ` +
          `as it is now is saved in ${where}\nto go on from its weights: ${continuation(run, where)}`,
      );
      return stop.exitCode();
    }
    if (!options.quiet) print(output, drawResult(result, { data: data.test, output }));
    say(`saved in ${where}; try it: npx fovea predict ${where} picture.png`);
    if (options.json) {
      const summary = { result, out: where, parameters, model: modelName, data: choice.name };
      print(terminal.stdout, JSON.stringify(summarize(summary)));
    }
    return 0;
  } catch (error) {
    if (!stop.signal.aborted || error !== stop.signal.reason) throw error;
    print(terminal.stderr, 'stopped before the training began; nothing was saved');
    return stop.exitCode();
  } finally {
    progress.stop();
    stop.release();
    await cleanUp();
  }
}

interface Run {
  readonly modelName: string;
  readonly model: Module;
  readonly options: TrainOptions;
  readonly data: DatasetSplits;
  readonly recipe: Recipe;
  readonly augment: readonly string[];
  readonly inputShape: PictureShape;
  /** The options of the network. */
  readonly network: ModelOptions;
  readonly statistics: PixelStatistics;
  readonly folder: string;
  readonly progress: Progress;
  readonly stop: StopSignals;
  readonly files: FileSystem | undefined;
}

async function createNetwork(
  name: string,
  { seed, init }: TrainOptions,
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

/** Trains; when the numbers break down, saves the last good weights before throwing. */
async function train(run: Run): Promise<TrainingResult> {
  const { model, options, recipe, data, statistics, inputShape, progress, stop } = run;
  const { batch: batchSize, epochs, lr, weightDecay } = recipe;
  const loader = new DataLoader(data.train, {
    ...{ batchSize, seed: options.seed, shuffle: true, dropLast: true },
    transforms: run.augment.map(createTransform),
  });
  const parameters = model.parameters();
  const optimizer = createOptimizer(recipe.optimizer, { parameters, lr, weightDecay });
  const schedule = createSchedule(recipe.schedule, { lr, steps: epochs * loader.length });
  try {
    return await trainClassifier(model, {
      ...{ optimizer, loader, epochs, schedule, statistics, inputShape },
      test: data.test,
      signal: stop.signal,
      onStep: progress.step,
      onEpoch: progress.epoch,
      onEvaluate: progress.examine,
    });
  } catch (error) {
    if (!(error instanceof NonFiniteError)) throw error;
    progress.stop();
    const where = await save(run, { ...recipeOf(run), brokeDownAtStep: error.step + 1 });
    error.message += `; it is saved in ${where}`;
    throw error;
  }
}

/** Saves into the run's folder, or into the system's temporary one before a network is lost. */
async function save(run: Run, training: Record<string, unknown>): Promise<string> {
  const { modelName, model, network, data, statistics, inputShape, folder, files } = run;
  const { name, classes, shape } = data.train;
  const described = { name, classes, shape, ...statistics };
  const isFitted = inputShape.some((extent, dim) => extent !== shape[dim]);
  const description = {
    savedBy: `fovea ${version}`,
    model: { name: modelName, options: { ...network } },
    data: described,
    preprocessing: { ...preprocessingFor(described), ...(isFitted && { inputShape }) },
    training,
  };
  try {
    await saveNetwork(model, { ...description, folder, files });
    return folder;
  } catch (error) {
    if (!(error instanceof WriteError)) throw error;
    let rescue: string;
    try {
      const out = join(tmpdir(), `fovea-${modelName}-${name}-${Date.now()}`);
      rescue = (await openRunFolder('', { out })).path;
      await saveNetwork(model, { ...description, folder: rescue });
    } catch {
      throw error;
    }
    error.message += `; the network is saved in ${rescue} instead`;
    throw error;
  }
}

function describeTraining(run: Run, result: TrainingResult): Record<string, unknown> {
  const { steps, seconds, evaluation, interrupted, history } = result;
  return {
    ...recipeOf(run),
    epochsFinished: history.length,
    ...{ steps, seconds, interrupted },
    trainLoss: history.at(-1)?.metrics.loss ?? null,
    testAccuracy: evaluation?.accuracy ?? null,
  };
}

/** What becomes of the pictures of the data set. */
function describeChanges({ data, inputShape, network, augment }: Run): string {
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

/** The part of the recipe that was given. */
function recipeGiven(options: TrainOptions): Partial<Recipe> {
  const { optimizer, lr, weightDecay, schedule, batch, epochs } = options;
  return { optimizer, lr, weightDecay, schedule, batch, epochs };
}

/** What has to be known to train the same network again. */
function recipeOf({ options, recipe, augment }: Run): Record<string, unknown> {
  const { seed, size, trainSize, testSize, init } = options;
  return { ...recipe, augment, size, seed, trainSize, testSize, init };
}

/** The command line that goes on where this run stopped. */
function continuation({ modelName, options, recipe, data }: Run, init: string): string {
  const flags = {
    data: data.train.name,
    size: options.size,
    augment: options.augment && (options.augment.join(',') || 'none'),
    epochs: recipe.epochs,
    batch: recipe.batch,
    optimizer: recipe.optimizer,
    schedule: recipe.schedule,
    seed: options.seed,
    lr: options.lr,
    'weight-decay': options.weightDecay,
    'train-size': options.trainSize,
    'test-size': options.testSize,
    init,
  };
  const given = Object.entries(flags).filter(([, value]) => value !== undefined);
  return `npx fovea train ${modelName} ${given.map(([name, value]) => `--${name} ${value}`).join(' ')}`;
}

function count(n: number): string {
  return n.toLocaleString('en');
}
