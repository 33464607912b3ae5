/** The options of trainings: those that all have, and those that several kinds have. */

import { datasetNames, transformNames } from '../../data/index.js';
import { augmentation } from '../augmentation.js';
import { optimizerNames, scheduleNames } from '../recipe.js';
import { numberFromZero, oneOf, positiveNumber, wholeNumber } from '../usage.js';
import type { TrainingOption } from './kind.js';

/** What `TrainingOptions` names. */
export const commonOptions: readonly TrainingOption[] = [
  {
    flags: '--data <name>',
    description:
      `${datasetNames.join(', ')}, or a folder with a subfolder of pictures for each class ` +
      '(default: mnist when near, else digits)',
  },
  {
    flags: '--validation <share>',
    description: 'share of the pictures of a folder that is held back (default: 0.1)',
    parse: positiveNumber,
  },
  {
    flags: '--seed <n>',
    description: 'the same seed gives the same network (default: 0)',
    parse: wholeNumber(0),
  },
  {
    flags: '--threads <n>',
    description: 'default: FOVEA_THREADS, else one per core',
    parse: wholeNumber(1),
  },
  {
    flags: '--train-size <n>',
    description: 'learn from so many pictures only',
    parse: wholeNumber(1),
  },
  {
    flags: '--test-size <n>',
    description: 'examine on so many pictures only',
    parse: wholeNumber(1),
  },
  {
    flags: '--out <folder>',
    description: 'where to save (default: runs/<model>-<data>-<n>)',
  },
  { flags: '--init <folder>', description: 'start from the weights of a saved network' },
  {
    flags: '--resume <folder>',
    description: 'go on with a run, exactly where it was stopped or killed',
  },
  {
    flags: '--evaluate-every <n>',
    description: 'epochs from one examination to the next (1)',
    parse: wholeNumber(1),
  },
  {
    flags: '--checkpoint-every <n>',
    description: 'steps; there is one behind every epoch',
    parse: wholeNumber(1),
  },
  {
    flags: '--keep <n>',
    description: 'checkpoints to keep, beside the best one (2)',
    parse: wholeNumber(1),
  },
  {
    flags: '--strict',
    description: 'end when a picture cannot be read, instead of leaving it out',
  },
  { flags: '--tensorboard', description: 'write event files that TensorBoard shows' },
  {
    flags: '--json',
    description: 'end with one line of JSON on standard output; the rest goes to standard error',
  },
  { flags: '--quiet', description: 'show no progress and no drawings' },
];

/** Options that a kind may have. */
export const sharedOptions = {
  size: {
    flags: '--size <n>',
    description:
      'rows and columns that the network takes (default: those of the data, where that is enough)',
    parse: wholeNumber(1),
  },
  augment: {
    flags: '--augment <names>',
    description: `none, or ${transformNames.join(', ')} with commas between (default: flip,crop for cifar)`,
    parse: augmentation,
  },
  latent: {
    flags: '--latent <n>',
    description:
      'numbers in a code (default: 32; vae, conv-vae: 20; sparse-autoencoder: 128; networks with a generator: 100)',
    parse: wholeNumber(1),
  },
  epochs: {
    flags: '--epochs <n>',
    description: "how often every picture is seen (default: the recipe's)",
    parse: wholeNumber(1),
  },
  batch: {
    flags: '--batch <n>',
    description: "pictures per step (default: the recipe's)",
    parse: wholeNumber(1),
  },
  optimizer: {
    flags: '--optimizer <name>',
    description: `${optimizerNames.join(', ')} (adam)`,
    parse: oneOf(optimizerNames),
  },
  lr: {
    flags: '--lr <rate>',
    description: 'base learning rate (1e-3; sgd: 0.01); one-cycle peaks at three times it',
    parse: positiveNumber,
  },
  weightDecay: {
    flags: '--weight-decay <rate>',
    description: 'draws weights to zero (0; adamw: 0.01)',
    parse: numberFromZero,
  },
  schedule: {
    flags: '--schedule <name>',
    description: `${scheduleNames.join(', ')} (one-cycle)`,
    parse: oneOf(scheduleNames),
  },
  patience: {
    flags: '--patience <n>',
    description: 'end after so many epochs without a better test loss',
    parse: wholeNumber(1),
  },
} satisfies Readonly<Record<string, TrainingOption>>;

/** The name in lower camel case by which commander hands an option over: weightDecay for --weight-decay. */
export const nameOfOption = ({ flags }: TrainingOption): string =>
  flags
    .replace(/^--/, '')
    .replace(/ .*$/, '')
    .replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** `--weight-decay` for weightDecay. */
export const flagOf = (option: string): string =>
  `--${option.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
