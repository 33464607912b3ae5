/** Training of classifiers: every network that names pictures, from LeNet-5 to Inception v3. */

import {
  createTransform,
  DataLoader,
  type DataLoaderOptions,
  type ImageDataset,
  noClass,
  type PictureLoader,
} from '../../data/index.js';
import { createModel, modelNames } from '../../models/index.js';
import { fitsAuxiliary, fittedInput } from '../../models/usual-input.js';
import {
  type PictureShape,
  type PixelStatistics,
  pixelStatistics,
  preprocessingFor,
  servedPixelStatistics,
  trainClassifier,
  writeEvaluation,
} from '../../train/index.js';
import { usualAugmentation } from '../augmentation.js';
import { isInMemory, type TrainingData } from '../choose-data.js';
import { createOptimizer, createSchedule, type Recipe, recipeFor } from '../recipe.js';
import { drawEvaluation } from '../train-report.js';
import { UsageError } from '../usage.js';
import type { Course, Outcome, PreparedTraining, TrainingKind, TrainingMaterial } from './kind.js';
import { sharedOptions } from './options.js';

/** What a user may say beside `TrainingOptions`. */
export interface ClassifierOptions extends Partial<Recipe> {
  /** Rows and columns that the network takes. */
  readonly size?: number;
  /** Names of transforms. */
  readonly augment?: readonly string[];
  /** Epochs without a better test loss after which the training ends. */
  readonly patience?: number;
}

const { size, augment, epochs, batch, optimizer, lr, weightDecay, schedule, patience } =
  sharedOptions;

export const classifierTraining: TrainingKind<ClassifierOptions, TrainingData> = {
  title: 'classifiers',
  names: modelNames,
  readsFiles: true,
  options: [size, augment, epochs, batch, optimizer, lr, weightDecay, schedule, patience],
  prepare,
};

type Material = TrainingMaterial<ClassifierOptions, TrainingData>;

async function prepare(name: string, { options, data }: Material): Promise<PreparedTraining> {
  const { seed = 0, size, patience } = options;
  requireClasses(data.train);
  const inputShape = fittedInput(name, { ...data.train, size });
  const modelOptions = {
    numClasses: data.train.classes.length,
    ...(!fitsAuxiliary(name, inputShape) && { auxiliary: false }),
  };
  const { optimizer: chosen, lr, weightDecay, schedule: shape, batch, epochs } = options;
  const given = { optimizer: chosen, lr, weightDecay, schedule: shape, batch, epochs };
  const recipe = recipeFor(name, given);
  const augment = options.augment ?? usualAugmentation(data.train.name);
  const model = createModel(name, modelOptions);
  const { loader, test, statistics } = await open(data, {
    ...{ batchSize: recipe.batch, seed, shuffle: true, dropLast: true },
    transforms: augment.map((transform) => createTransform(transform)),
  });
  const files = [loader, test].filter((pictures) => 'set' in pictures);
  const optimizer = createOptimizer(recipe.optimizer, {
    ...{ parameters: model.parameters(), lr: recipe.lr, weightDecay: recipe.weightDecay },
  });
  const steps = recipe.epochs * loader.length;
  const schedule = createSchedule(recipe.schedule, { lr: recipe.lr, steps });
  const train = async ({ onPicture: _, ...course }: Course): Promise<Outcome> => {
    const result = await trainClassifier(model, {
      ...{ ...course, optimizer, loader, epochs: recipe.epochs, schedule, statistics, inputShape },
      ...{ test, monitor: { metric: 'loss', patience } },
    }).finally(() => Promise.all(files.map((pictures) => pictures.close())));
    const { evaluation, history } = result;
    const numbers = {
      trainLoss: history.at(-1)?.metrics.loss ?? null,
      testAccuracy: evaluation?.accuracy ?? null,
    };
    if (!evaluation) return { training: result, numbers };
    return {
      ...{ training: result, numbers },
      draw: (output) => drawEvaluation(evaluation, { data: data.test, output }),
      write: (folder, { files }) => writeEvaluation(folder, evaluation, data.test, { files }),
    };
  };
  const { classes, shape: pictures } = data.train;
  const described = { name: data.train.name, classes, shape: pictures, ...statistics };
  const isFitted = inputShape.some((extent, dim) => extent !== pictures[dim]);
  return {
    ...{ model, modelOptions, data: described, train },
    preprocessing: { ...preprocessingFor(described), ...(isFitted && { inputShape }) },
    settings: { ...recipe, augment, size, patience },
    changes: describeChanges({ pictures, inputShape, augment, modelOptions }),
    scheduled: () => ({ lr: optimizer.lr }),
    next: (folder) => `npx fovea predict ${folder} picture.png`,
    ...(files.length > 0 && { skipped: () => skippedBy(files) }),
  };
}

interface Opened {
  readonly loader: DataLoader | PictureLoader;
  readonly test: ImageDataset | PictureLoader;
  readonly statistics: PixelStatistics;
}

/** Pictures to learn from in batches, those to be examined on, and how bright they are. */
async function open(data: TrainingData, options: DataLoaderOptions): Promise<Opened> {
  if (isInMemory(data)) {
    const loader = new DataLoader(data.train, options);
    return { loader, test: data.test, statistics: pixelStatistics(data.train) };
  }
  const { batchSize, seed } = options;
  const once = { batchSize: Math.min(batchSize, data.test.length) };
  // As they are, in an order in which the first ones are of all classes.
  const unchanged = await data.train.open({ batchSize: once.batchSize, seed, shuffle: true });
  const statistics = await servedPixelStatistics(unchanged).finally(() => unchanged.close());
  return { statistics, loader: await data.train.open(options), test: await data.test.open(once) };
}

/** What could not be read of all pictures. */
const skippedBy = (loaders: readonly PictureLoader[]) => ({
  pictures: loaders.flatMap(({ skipped }) => skipped),
  length: loaders.reduce((total, { set }) => total + set.length, 0),
});

/** What becomes of the pictures of the data set. */
function describeChanges(run: {
  readonly pictures: PictureShape;
  readonly inputShape: PictureShape;
  readonly augment: readonly string[];
  readonly modelOptions: { readonly auxiliary?: boolean };
}): string {
  const [channels, height, width] = run.pictures;
  const [wanted, rows, columns] = run.inputShape;
  const changes: string[] = [];
  if (rows !== height || columns !== width) {
    changes.push(`resized from ${height} x ${width} to ${rows} x ${columns}`);
  }
  if (wanted !== channels) changes.push(wanted === 1 ? 'made grey' : 'grey as three channels');
  if (run.modelOptions.auxiliary === false) {
    changes.push('too small for the auxiliary head, which is left out');
  }
  if (run.augment.length > 0) {
    changes.push(`in training changed at random: ${run.augment.join(', ')}`);
  }
  return changes.join('; ');
}

/** Throws UsageError for pictures that are not sorted into classes. */
function requireClasses({
  name,
  classes,
  length,
}: Pick<ImageDataset, 'name' | 'classes' | 'length'>): void {
  if (classes.join() !== noClass) return;
  throw new UsageError(
    `${name}: there are no pictures in subfolders, but ${length} to learn from in the folder itself; ` +
      'expected a subfolder for each class; sort the pictures into folders named after what they show',
  );
}
