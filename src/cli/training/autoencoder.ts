/** Training of autoencoders: fully connected, convolutional, denoising, sparse and variational ones. */

import {
  createTransform,
  DataLoader,
  type DatasetSplits,
  type ImageDataset,
  resizedDataset,
} from '../../data/index.js';
import { imagesOf, inRows, pictureGrid } from '../../latent/contact-sheet.js';
import {
  autoencoderNames,
  createAutoencoder,
  isAutoencoderName,
  VariationalModel,
} from '../../models/index.js';
import {
  type AutoencoderEvaluation,
  type AutoencoderSamples,
  preprocessingFor,
  trainAutoencoder,
} from '../../train/index.js';
import { createOptimizer, createSchedule, recipeFor } from '../recipe.js';
import { UsageError } from '../usage.js';
import {
  type AutoencoderTrainingOptions,
  autoencoderOptions,
  networkOptions,
} from './autoencoder-options.js';
import type { Course, Outcome, PreparedTraining, TrainingKind, TrainingMaterial } from './kind.js';

export const autoencoderTraining: TrainingKind<AutoencoderTrainingOptions> = {
  title: 'autoencoders',
  names: autoencoderNames,
  metric: 'evaluation.loss',
  options: autoencoderOptions,
  prepare,
};

type Material = TrainingMaterial<AutoencoderTrainingOptions>;

async function prepare(name: string, { options, data }: Material): Promise<PreparedTraining> {
  if (!isAutoencoderName(name)) throw new Error(`internal: ${name} is no autoencoder`);
  const { seed = 0, size, patience, warmUp, conditional, augment = [] } = options;
  const { train, test } = resized(data, size);
  const { classes, shape } = train;
  const modelOptions = {
    inputShape: shape,
    ...networkOptions(name, options),
    ...(conditional && { numClasses: classesOf(train) }),
  };
  const model = createAutoencoder(name, modelOptions);
  const { optimizer: chosen, lr, weightDecay, schedule: curve, batch, epochs } = options;
  const given = { optimizer: chosen, lr, weightDecay, schedule: curve, batch, epochs };
  const recipe = recipeFor(name, given);
  const loader = new DataLoader(train, {
    ...{ batchSize: recipe.batch, seed, shuffle: true, dropLast: true },
    transforms: augment.map((transform) => createTransform(transform)),
  });
  const optimizer = createOptimizer(recipe.optimizer, {
    ...{ parameters: model.parameters(), lr: recipe.lr, weightDecay: recipe.weightDecay },
  });
  const steps = recipe.epochs * loader.length;
  const schedule = createSchedule(recipe.schedule, { lr: recipe.lr, steps });
  const teach = async ({ onPicture, ...course }: Course): Promise<Outcome> => {
    const result = await trainAutoencoder(model, {
      ...{ ...course, optimizer, loader, test, schedule, seed },
      ...{ epochs: recipe.epochs, warmUpEpochs: warmUp },
      monitor: { metric: 'loss', patience },
      ...{ sampleCount: sampleCountFor(shape), onSamples: (made) => tell(made, shape, onPicture) },
    });
    const { evaluation, history } = result;
    const { loss: testLoss, count: _, ...measured } = evaluation ?? {};
    const numbers = { trainLoss: history.at(-1)?.metrics.loss ?? null, ...measured };
    return {
      ...{ training: result, numbers },
      ...(evaluation && { draw: () => describe(evaluation, model.latent) }),
    };
  };
  const { inputShape: _, ...own } = modelOptions;
  const described = {
    ...{ name: train.name, classes, shape },
    // Pixels are taken as they are.
    ...{ mean: shape.slice(0, 1).flatMap((n) => new Array<number>(n).fill(0)) },
    ...{ std: shape.slice(0, 1).flatMap((n) => new Array<number>(n).fill(1)) },
  };
  const wasResized = shape.join() !== data.train.shape.join();
  return {
    ...{ model, modelOptions, data: described, train: teach },
    preprocessing: preprocessingFor(described),
    settings: { ...recipe, ...own, ...optionsOf(model, options), augment, size, patience },
    next: (folder) =>
      model instanceof VariationalModel
        ? `npx fovea sample ${folder}`
        : `npx fovea traverse ${folder}`,
    ...(wasResized && { changes: `resized to ${shape[1]} x ${shape[2]}` }),
    scheduled: () => ({ lr: optimizer.lr }),
  };
}

const resized = ({ train, test }: DatasetSplits, size: number | undefined): DatasetSplits => {
  if (size === undefined) return { train, test };
  const to = { height: size, width: size };
  return { train: resizedDataset(train, to), test: resizedDataset(test, to) };
};

function classesOf({ name, classes }: ImageDataset): number {
  if (classes.length > 1) return classes.length;
  throw new UsageError(
    `--conditional: ${name} has one class; sort the pictures into a subfolder for each class`,
  );
}

/** Those of the options, defaults included, that a network of this kind has. */
function optionsOf(
  model: ReturnType<typeof createAutoencoder>,
  { hidden, warmUp, conditional }: AutoencoderTrainingOptions,
): Record<string, unknown> {
  const { latent } = model;
  if (!(model instanceof VariationalModel)) return { latent, hidden };
  const { beta, likelihood } = model;
  return { latent, hidden, beta, likelihood, warmUp, conditional };
}

/** Large pictures are shown in smaller numbers. */
const sampleCountFor = ([, height, width]: readonly [number, number, number]): number =>
  height * width > 48 * 48 ? 24 : 50;
const COLUMNS = 10;

/** Hands on originals over reconstructions, and what is made of random codes. */
async function tell(
  made: AutoencoderSamples,
  shape: ImageDataset['shape'],
  onPicture: Course['onPicture'],
): Promise<void> {
  const { steps: step, originals, damaged, reconstructions, prior } = made;
  const columns = shape[1] * shape[2] > 48 * 48 ? 6 : COLUMNS;
  const rows = [originals, ...(damaged ? [damaged] : []), reconstructions].map((pictures) =>
    inRows(imagesOf(pictures.data() as Float32Array, shape), columns),
  );
  const interleaved = rows[0].flatMap((_, i) => rows.map((kind) => kind[i]));
  await onPicture({ name: 'reconstructions', step, picture: pictureGrid(interleaved) });
  if (!prior) return;
  const drawn = inRows(imagesOf(prior.data() as Float32Array, shape), columns);
  await onPicture({ name: 'samples', step, picture: pictureGrid(drawn) });
}

/** What the examination found, in words. */
function describe(evaluation: AutoencoderEvaluation, latent: number): string {
  const { testMse, psnr, elbo, reconstruction, kl, activeUnits } = evaluation;
  const lines = [`squared error of a test pixel ${testMse.toFixed(5)}, PSNR ${psnr.toFixed(2)} dB`];
  if (elbo !== undefined) {
    lines.push(
      `evidence lower bound ${elbo.toFixed(2)} nats a picture: ` +
        `-${reconstruction?.toFixed(2)} (reconstruction) - ${kl?.toFixed(2)} (divergence of the code); ` +
        `${activeUnits} of ${latent} units active`,
    );
  }
  return lines.join('\n');
}
