/** The options of `fovea train` for networks that learn against each other, and what each is trained with. */

import { adversarialLosses } from '../../train/index.js';
import { numberFromZero, oneOf, positiveNumber, wholeNumber } from '../usage.js';
import type { TrainingOption } from './kind.js';
import { sharedOptions } from './options.js';

/** What a user may say beside `TrainingOptions`. */
export interface GanTrainingOptions {
  readonly size?: number;
  readonly epochs?: number;
  readonly steps?: number;
  readonly batch?: number;
  readonly latent?: number;
  readonly width?: number;
  readonly loss?: keyof typeof adversarialLosses;
  readonly generatorLr?: number;
  readonly discriminatorLr?: number;
  readonly discriminatorSteps?: number;
  readonly conditioning?: 'concatenate' | 'project';
  readonly wrongLabels?: 'on' | 'off';
  readonly realLabel?: '0' | '1';
  readonly labelSmoothing?: number;
  readonly instanceNoise?: number;
  readonly r1?: number;
  readonly averageDecay?: number;
  readonly sampleEvery?: number;
  readonly rollBack?: boolean;
}

/** How a pair is trained where nothing else is said. */
export interface GanRecipe
  extends Required<Pick<GanTrainingOptions, 'batch' | 'loss' | 'generatorLr' | 'discriminatorLr'>> {
  readonly discriminatorSteps: number;
  readonly epochs: number;
  /** Of Adam. */
  readonly betas: readonly [number, number];
}

const dcgan: GanRecipe = {
  ...{ batch: 64, loss: 'non-saturating', generatorLr: 2e-4, discriminatorLr: 2e-4 },
  ...{ discriminatorSteps: 1, epochs: 5, betas: [0.5, 0.999] },
};

/** Miyato et al. 2018, table 1 (C), with one step of the discriminator instead of five and two rates (Heusel et al. 2017). */
const sngan: GanRecipe = {
  ...{ batch: 64, loss: 'hinge', generatorLr: 1e-4, discriminatorLr: 4e-4 },
  ...{ discriminatorSteps: 1, epochs: 5, betas: [0, 0.9] },
};

/** Gulrajani et al. 2017, algorithm 1. */
const critic = {
  generatorLr: 1e-4,
  discriminatorLr: 1e-4,
  discriminatorSteps: 5,
  betas: [0, 0.9],
} as const;

/** The recipe for the pair called `name`, with what is given instead of its own. */
export function ganRecipe(name: string, given: GanTrainingOptions): GanRecipe {
  const own = name.endsWith('sngan') ? sngan : dcgan;
  const isCritic = given.loss?.startsWith('wasserstein') ?? false;
  const start = isCritic ? { ...own, ...critic } : own;
  const { batch, loss, generatorLr, discriminatorLr, discriminatorSteps, epochs } = given;
  const named = { batch, loss, generatorLr, discriminatorLr, discriminatorSteps, epochs };
  const chosen = Object.entries(named).filter(([, value]) => value !== undefined);
  return { ...start, ...Object.fromEntries(chosen) };
}

const { size, epochs, batch, latent } = sharedOptions;

export const ganOptions: readonly TrainingOption[] = [
  ...[size, epochs, batch, latent],
  {
    flags: '--steps <n>',
    description: 'rounds of both players, in place of epochs',
    parse: wholeNumber(1),
  },
  {
    flags: '--width <n>',
    description: 'maps of the layer next to the pictures (64), or units of gan and cgan (1200)',
    parse: wholeNumber(1),
  },
  {
    flags: '--loss <name>',
    description: `${Object.keys(adversarialLosses).join(', ')} (non-saturating; sngan: hinge)`,
    parse: oneOf(Object.keys(adversarialLosses)),
  },
  {
    flags: '--generator-lr <rate>',
    description: "of the generator's Adam (2e-4; sngan and wasserstein: 1e-4)",
    parse: positiveNumber,
  },
  {
    flags: '--discriminator-lr <rate>',
    description: "of the discriminator's (2e-4; sngan: 4e-4; wasserstein: 1e-4)",
    parse: positiveNumber,
  },
  {
    flags: '--discriminator-steps <n>',
    description: 'batches that it learns from in a round (1; wasserstein: 5)',
    parse: wholeNumber(1),
  },
  {
    flags: '--conditioning <how>',
    description:
      'how the discriminator of a cdcgan is told of classes: concatenate, project (concatenate)',
    parse: oneOf(['concatenate', 'project']),
  },
  {
    flags: '--wrong-labels <on|off>',
    description:
      'teach it to refuse real pictures under a wrong label (on; where it projects: off)',
    parse: oneOf(['on', 'off']),
  },
  {
    flags: '--real-label <0|1>',
    description: 'what it should answer to real pictures; to fakes the other (1)',
    parse: oneOf(['0', '1']),
  },
  {
    flags: '--label-smoothing <s>',
    description: 'how much less than certain it should be of real pictures (0)',
    parse: numberFromZero,
  },
  {
    flags: '--instance-noise <s>',
    description: 'deviation of noise on all that it sees, which falls to 0 by the end (0)',
    parse: numberFromZero,
  },
  {
    flags: '--r1 <weight>',
    description: 'of half its squared slopes at real pictures (0)',
    parse: numberFromZero,
  },
  {
    flags: '--average-decay <d>',
    description:
      "keep a moving average of the generator's weights, such as 0.999, and save that (none)",
    parse: positiveNumber,
  },
  {
    flags: '--sample-every <n>',
    description: 'rounds from one sheet of samples to the next (default: an epoch)',
    parse: wholeNumber(1),
  },
  {
    flags: '--roll-back',
    description:
      'go back to the last healthy checkpoint when the game goes wrong, at most three times',
  },
];
