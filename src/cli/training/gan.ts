/** Training of two networks against each other: fully connected, convolutional and residual ones, told of classes or not. */

import {
  type Batch,
  DataLoader,
  type DatasetSplits,
  type ImageDataset,
  resizedDataset,
} from '../../data/index.js';
import type { Tensor } from '../../graph/tensor.js';
import { imagesOf, inRows, pictureGrid } from '../../latent/contact-sheet.js';
import { createGan, type GanName, ganNames, isConditionalGan } from '../../models/index.js';
import { cast, mul, sub, tensor } from '../../ops/index.js';
import { Adam, ExponentialMovingAverage } from '../../optim/index.js';
import {
  preprocessingFor,
  type Samples,
  trainAdversarial,
  wrongLabels,
} from '../../train/index.js';
import { UsageError } from '../usage.js';
import { type GanRecipe, type GanTrainingOptions, ganOptions, ganRecipe } from './gan-options.js';
import type { Course, Outcome, PreparedTraining, TrainingKind, TrainingMaterial } from './kind.js';

export const ganTraining: TrainingKind<GanTrainingOptions> = {
  title: 'adversarial networks',
  names: ganNames,
  options: ganOptions,
  prepare,
};

/** Samples on a sheet: eight rows, of ten where there are classes. */
const ROWS = 8;
const columnsFor = (numClasses: number | null): number => Math.min(numClasses ?? ROWS, 16);

async function prepare(
  name: string,
  { options, data }: TrainingMaterial<GanTrainingOptions, DatasetSplits>,
): Promise<PreparedTraining> {
  const { seed = 0, size, latent = 100, width, conditioning } = options;
  const train =
    size === undefined ? data.train : resizedDataset(data.train, { height: size, width: size });
  const { shape, classes } = train;
  const recipe = ganRecipe(name, options);
  const numClasses = isConditionalGan(name as GanName) ? classesOf(train) : null;
  requireFitting(name, options);
  // A penalty on the slopes at one picture cannot have them depend on the others.
  const batchNorm = recipe.loss === 'wasserstein-gp' || options.r1 ? false : undefined;
  const given = { inputShape: shape, latent, numClasses, width, conditioning };
  const modelOptions = defined({
    ...given,
    batchNorm: name.endsWith('dcgan') ? batchNorm : undefined,
  });
  const model = createGan(name, modelOptions);
  const { generator, discriminator } = model;
  const loader = new DataLoader(train, {
    ...{ batchSize: recipe.batch, seed, shuffle: true, dropLast: true },
  });
  const [generatorOptimizer, discriminatorOptimizer] = optimizersOf(model, recipe);
  const { averageDecay } = options;
  const average =
    averageDecay === undefined
      ? undefined
      : new ExponentialMovingAverage(generator.parameters(), { decay: averageDecay });
  const { betas: _betas, ...decided } = recipe;
  const isProjected = conditioning === 'project' || name === 'csngan';
  const isTaught =
    numClasses === null ? undefined : (options.wrongLabels ?? (isProjected ? 'off' : 'on'));
  const teach = async ({ onPicture, onEvaluate: _, ...course }: Course): Promise<Outcome> => {
    const columns = columnsFor(numClasses);
    const count = ROWS * columns;
    const rounds =
      options.steps ?? recipe.epochs * Math.floor(loader.length / recipe.discriminatorSteps);
    const training = await trainAdversarial<Batch>({
      ...{ ...course, generator, discriminator, generatorOptimizer, discriminatorOptimizer },
      ...{ loader, real, noise: [latent], seed, loss: recipe.loss, average },
      ...(options.steps === undefined ? { epochs: recipe.epochs } : { steps: options.steps }),
      ...{ discriminatorSteps: recipe.discriminatorSteps, rollBack: options.rollBack },
      ...{ realLabel: options.realLabel === '0' ? 0 : 1, labelSmoothing: options.labelSmoothing },
      ...{ r1: options.r1, instanceNoise: fading(options.instanceNoise, rounds) },
      ...(numClasses !== null && {
        condition: labelsOf,
        sampleCondition: tensor(
          Int32Array.from({ length: count }, (_unused, i) => i % columns),
          [count],
        ),
        ...(isTaught === 'on' && { mismatch: wrongLabels(numClasses) }),
      }),
      ...{ sampleCount: count, sampleEvery: options.sampleEvery },
      onSamples: (samples) => tell(samples, { shape, columns, onPicture }),
    });
    // What is saved is what samples are made with.
    average?.apply();
    const {
      generatorLoss = null,
      discriminatorLoss = null,
      value = null,
    } = training.history.at(-1)?.metrics ?? {};
    return { training, numbers: { generatorLoss, discriminatorLoss, value } };
  };
  const described = {
    ...{ name: train.name, classes, shape },
    ...{ mean: new Array<number>(shape[0]).fill(0.5), std: new Array<number>(shape[0]).fill(0.5) },
  };
  const wasResized = shape.join() !== data.train.shape.join();
  return {
    ...{ model, modelOptions, data: described, train: teach },
    preprocessing: preprocessingFor(described),
    settings: settingsOf(options, {
      ...decided,
      latent,
      width,
      conditioning,
      wrongLabels: isTaught,
    }),
    ...(wasResized && { changes: `resized to ${shape[1]} x ${shape[2]}` }),
  };
}

function optimizersOf(
  { generator, discriminator }: ReturnType<typeof createGan>,
  { generatorLr, discriminatorLr, betas }: GanRecipe,
): [Adam, Adam] {
  const settings = { betas: [betas[0], betas[1]] as [number, number] };
  return [
    new Adam(generator.parameters(), { ...settings, lr: generatorLr }),
    new Adam(discriminator.parameters(), { ...settings, lr: discriminatorLr }),
  ];
}

/** All that decides what is learned. */
function settingsOf(options: GanTrainingOptions, decided: object): Record<string, unknown> {
  const { size, steps, realLabel, labelSmoothing, instanceNoise, r1, averageDecay } = options;
  const { sampleEvery, rollBack } = options;
  return defined({
    ...{ ...decided, size, steps, realLabel, labelSmoothing, instanceNoise, r1, averageDecay },
    ...{ sampleEvery, rollBack },
  });
}

const defined = (given: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));

/** Bytes -> -1..1. */
const real = ({ images, shape }: Batch): Tensor =>
  sub(mul(cast(tensor(images, shape), 'float32'), 2 / 255), 1);

const labelsOf = ({ labels, size }: Batch): Tensor => tensor(Int32Array.from(labels), [size]);

/** Falls from `deviation` to nothing. */
const fading = (deviation: number | undefined, rounds: number) =>
  deviation ? (step: number) => deviation * Math.max(0, 1 - step / rounds) : undefined;

function classesOf({ name, classes }: ImageDataset): number {
  if (classes.length > 1) return classes.length;
  throw new UsageError(
    `${name} has one class; sort the pictures into a subfolder for each class, or train a network that is ` +
      'told of none, such as dcgan',
  );
}

function requireFitting(
  name: string,
  { conditioning, wrongLabels: wrong }: GanTrainingOptions,
): void {
  if (conditioning !== undefined && name !== 'cdcgan') {
    throw new UsageError(`--conditioning is an option of cdcgan, not of ${name}; leave it out`);
  }
  if (wrong !== undefined && !isConditionalGan(name as GanName)) {
    throw new UsageError(
      `--wrong-labels is for networks with classes, not for ${name}; leave it out`,
    );
  }
}

async function tell(
  { samples, steps: step }: Samples,
  given: { shape: ImageDataset['shape']; columns: number; onPicture: Course['onPicture'] },
): Promise<void> {
  const unit = Float32Array.from(samples.data(), (value) => (value + 1) / 2);
  const rows = inRows(imagesOf(unit, given.shape), given.columns);
  await given.onPicture({ name: 'samples', step, picture: pictureGrid(rows) });
}
