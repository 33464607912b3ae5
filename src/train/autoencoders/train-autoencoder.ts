/** Trains an autoencoder and examines it: a clean stop at any step, and no weights lost to NaN. */

import { grad } from '../../autodiff/index.js';
import { compile } from '../../compiler/index.js';
import type { Batch, DataLoader, ImageDataset } from '../../data/index.js';
import type { Tensor } from '../../graph/tensor.js';
import { checkCount, checkNumber, checkOptionNames } from '../../nn/options.js';
import { tensor } from '../../ops/index.js';
import type { Optimizer, Schedule } from '../../optim/index.js';
import { tensorsOf } from '../batches.js';
import { isStateFinite, type NonFinitePlace } from '../non-finite.js';
import { replay } from '../replay.js';
import { Snapshots } from '../snapshots.js';
import { type Monitor, type SharedTrainerOptions, Trainer, type Training } from '../trainer.js';
import { type AutoencoderEvaluation, evaluateAutoencoder } from './evaluate-autoencoder.js';
import { checkPictures, labelsFor, unitPixels } from './pictures.js';
import { type AutoencoderSamples, sampler } from './sampler.js';
import type { TrainableAutoencoder } from './trainable.js';

/** What is left to the `Trainer`. */
const trainerNames = [
  ...['evaluateEvery', 'checkpoints', 'checkpointEvery', 'signal', 'onStep', 'onEpoch'],
  ...['beforeCheckpoint', 'onCheckpoint'],
] as const;

export interface TrainAutoencoderOptions extends SharedTrainerOptions {
  readonly optimizer: Optimizer;
  /** Serves the pictures to learn from; with `dropLast` no second program is compiled for the rest. */
  readonly loader: DataLoader;
  readonly epochs: number;
  /** The pictures to be examined on behind each epoch. */
  readonly test?: ImageDataset;
  /** What tells whether it gets better: a number that the examination tells. */
  readonly monitor?: Monitor;
  /** Learning rate by step. Default: what the optimiser has. */
  readonly schedule?: Schedule;
  /** Epochs in which the divergence's weight grows from 0 to the model's beta (Bowman et al. 2016). Default: 0. */
  readonly warmUpEpochs?: number;
  /** Seeds the noise of examinations and samples; that of the training is the model's own. Default: 0. */
  readonly seed?: number;
  /** Go on from the newest whole checkpoint. Default: false. */
  readonly resume?: boolean;
  /** Hears, before the first step, of the steps that were taken before a resume. */
  readonly onBegin?: (steps: number) => unknown;
  readonly onEvaluate?: (progress: { done: number; count: number }) => void;
  /** Hears behind every epoch, before `onEpoch`, what becomes of the same test pictures. */
  readonly onSamples?: (samples: AutoencoderSamples) => unknown;
  /** How many of each kind. Default: 64. */
  readonly sampleCount?: number;
}

export interface AutoencoderTraining extends Training {
  /** Whether the signal ended it early. */
  readonly interrupted: boolean;
  /** The last examination on the test set; null without one, or when interrupted. */
  readonly evaluation: AutoencoderEvaluation | null;
}

const known = [
  ...[
    'optimizer',
    'loader',
    'epochs',
    'test',
    'monitor',
    'schedule',
    'warmUpEpochs',
    'seed',
    'resume',
  ],
  ...['onBegin', 'onEvaluate', 'onSamples', 'sampleCount', ...trainerNames],
];

/**
 * Trains `model` to give pictures back through its codes, and examines it on the test set. Steps and epochs tell
 * the objective as `loss`, and of a variational model its terms `reconstruction` and `kl` in nats per picture.
 *
 * The same seeds give the same losses to the bit, whatever the number of threads, and so does a training that
 * goes on from a checkpoint. Throws ValueError for options or pictures that do not fit, and NonFiniteError when
 * the loss or a gradient becomes infinite or NaN; the model then has the last weights that worked.
 *
 *     const model = new VariationalAutoencoder({ latent: 20 });
 *     const loader = new DataLoader(train, { batchSize: 128, shuffle: true, dropLast: true });
 *     const optimizer = new Adam(model.parameters());
 *     const { evaluation } = await trainAutoencoder(model, { optimizer, loader, test, epochs: 10 });
 */
export async function trainAutoencoder(
  model: TrainableAutoencoder,
  options: TrainAutoencoderOptions,
): Promise<AutoencoderTraining> {
  checkOptionNames('trainAutoencoder', options, known);
  const { optimizer, loader, epochs, test, schedule, warmUpEpochs = 0, seed = 0 } = options;
  const { resume = false, sampleCount = 64, onBegin, onEvaluate, onSamples, onEpoch } = options;
  checkNumber('trainAutoencoder', { warmUpEpochs });
  checkCount('trainAutoencoder', 'sampleCount', sampleCount);
  checkPictures(model, loader.dataset);
  if (test) checkPictures(model, test);
  const snapshots = new Snapshots(model, optimizer);
  const inputsOf = (batch: Batch, step: number) => [
    ...tensorsOf(batch),
    tensor([warmUpShare(step, warmUpEpochs * loader.length)], [1]),
  ];
  const objective = (images: Tensor, labels: Tensor, share: Tensor) =>
    model.objective(unitPixels(images), { labels: labelsFor(model, labels), betaShare: share });
  const lossOf = (...[images, labels, share]: Tensor[]) => objective(images, labels, share).loss;
  const again = { optimizer, lossOf, inputsOf, loader, schedule, snapshots };
  const brokenAt = (step: number, otherwise: NonFinitePlace): Promise<Error> =>
    replay(model, { ...again, broken: step, otherwise });
  const learn = compile((...[images, labels, share]: Tensor[]) => {
    const { loss, terms } = objective(images, labels, share);
    optimizer.step(grad(loss, optimizer.parameters));
    return { loss, ...terms };
  });
  const samples =
    onSamples && sampler(model, { test: test ?? loader.dataset, seed, count: sampleCount });
  let evaluation: AutoencoderEvaluation | null = null;
  const evaluate = async (signal: AbortSignal | undefined) => {
    evaluation = await evaluateAutoencoder(model, {
      ...{ data: test!, seed, signal, onBatch: onEvaluate },
    });
    const { count: _, ...numbers } = evaluation;
    return numbers;
  };
  const rest = Object.fromEntries(trainerNames.map((name) => [name, options[name]]));
  const trainer = new Trainer<Batch>({
    ...(rest as SharedTrainerOptions),
    ...{
      loader,
      epochs,
      monitor: options.monitor,
      parts: { model, optimizer },
      evaluate: test && evaluate,
    },
    beforeStep: ({ step }) => {
      snapshots.before(step);
      if (schedule) optimizer.lr = schedule(step);
    },
    step: (batch, { step }) => {
      const told = Object.entries(learn(...inputsOf(batch, step)));
      return Object.fromEntries(told.map(([name, value]) => [name, value.item()]));
    },
    notFinite: ({ step }) => brokenAt(step, { kind: 'unrepeatable' }),
    onEpoch: async (report) => {
      // The last update has no next step that would notice what it broke.
      const otherwise = brokenAfter(model, report.evaluation);
      if (otherwise) throw await brokenAt(report.steps - 1, otherwise);
      if (samples)
        await onSamples?.({ ...samples.draw(), epoch: report.epoch, steps: report.steps });
      await onEpoch?.(report);
    },
  });
  try {
    await onBegin?.(resume ? await trainer.resume() : 0);
    model.train();
    const course = await trainer.run();
    const interrupted = course.ended === 'aborted';
    // A training that was finished before has not examined again.
    if (test && !evaluation && !interrupted) await evaluate(options.signal);
    return { ...course, evaluation: interrupted ? null : evaluation, interrupted };
  } finally {
    learn.dispose();
    samples?.dispose();
  }
}

/** The share of its full weight that the divergence has in a step, of a warm-up of so many. */
const warmUpShare = (step: number, warmUp: number): number => (step < warmUp ? step / warmUp : 1);

/** What is infinite or NaN after the last update, if anything. */
function brokenAfter(
  model: TrainableAutoencoder,
  evaluation: { readonly loss?: number } | null,
): NonFinitePlace | null {
  if (!isStateFinite(model)) return { kind: 'update' };
  if (evaluation && !Number.isFinite(evaluation.loss)) return { kind: 'examination' };
  return null;
}
