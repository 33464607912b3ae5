/** The options of `fovea train` for autoencoders, and which of them each network has. */

import { InvalidArgumentError } from 'commander';
import type { AutoencoderName } from '../../models/index.js';
import type { Recipe } from '../recipe.js';
import { numberFromZero, oneOf, positiveNumber, UsageError } from '../usage.js';
import type { TrainingOption } from './kind.js';
import { flagOf, sharedOptions } from './options.js';

/** What a user may say beside `TrainingOptions`. */
export interface AutoencoderTrainingOptions extends Partial<Recipe> {
  readonly size?: number;
  /** Names of transforms. */
  readonly augment?: readonly string[];
  readonly patience?: number;
  readonly latent?: number;
  readonly hidden?: readonly number[];
  readonly channels?: readonly number[];
  readonly beta?: number;
  /** Epochs. */
  readonly warmUp?: number;
  readonly conditional?: boolean;
  readonly likelihood?: 'bernoulli' | 'gaussian';
  readonly corruption?: 'gaussian' | 'masking';
  readonly corruptionAmount?: number;
  readonly sparsity?: 'l1' | 'kl';
  readonly sparsityWeight?: number;
  readonly sparsityTarget?: number;
}

/** Whole numbers with commas between, such as 16,32,64. */
const widths = (text: string): number[] => {
  const values = text.split(',').map((part) => (/^\d+$/.test(part) ? Number(part) : Number.NaN));
  if (values.every((value) => Number.isSafeInteger(value) && value > 0)) return values;
  throw new InvalidArgumentError('Expected whole numbers with commas between, such as 16,32,64.');
};

const { size, augment, epochs, batch, optimizer, lr, weightDecay, schedule, patience, latent } =
  sharedOptions;

export const autoencoderOptions: readonly TrainingOption[] = [
  ...[size, augment, epochs, batch, optimizer, lr, weightDecay, schedule, patience, latent],
  {
    flags: '--hidden <widths>',
    description: 'of the layers beside the code (512; vae: 400; with convolutions: 256)',
    parse: widths,
  },
  {
    flags: '--channels <numbers>',
    description: 'of the maps behind each halving of the picture (16,32,64)',
    parse: widths,
  },
  {
    flags: '--beta <weight>',
    description: "of the divergence of a variational network's codes (1)",
    parse: numberFromZero,
  },
  {
    flags: '--warm-up <epochs>',
    description: 'in which that weight grows from 0 (0)',
    parse: numberFromZero,
  },
  { flags: '--conditional', description: 'tell a variational network the classes of pictures' },
  {
    flags: '--likelihood <name>',
    description: 'bernoulli: pixels are shares of ink; gaussian: they scatter (bernoulli)',
    parse: oneOf(['bernoulli', 'gaussian']),
  },
  {
    flags: '--corruption <name>',
    description: 'gaussian: noise is added; masking: pixels are set to 0 (gaussian)',
    parse: oneOf(['gaussian', 'masking']),
  },
  {
    flags: '--corruption-amount <a>',
    description: "the noise's deviation, or the share of pixels (0.3)",
    parse: numberFromZero,
  },
  {
    flags: '--sparsity <name>',
    description: 'l1: activities are small; kl: their means are near a target (l1)',
    parse: oneOf(['l1', 'kl']),
  },
  {
    flags: '--sparsity-weight <w>',
    description: 'beside the squared error (1e-4; kl: 1e-3)',
    parse: numberFromZero,
  },
  {
    flags: '--sparsity-target <a>',
    description: 'the mean activity with kl (0.05)',
    parse: positiveNumber,
  },
];

type OwnName = keyof Omit<
  AutoencoderTrainingOptions,
  keyof Recipe | 'size' | 'augment' | 'patience'
>;

/** Which networks have an option; all have those that are not here. */
const owners: Partial<Readonly<Record<OwnName, readonly AutoencoderName[]>>> = {
  channels: ['conv-autoencoder', 'conv-vae'],
  beta: ['vae', 'conv-vae'],
  warmUp: ['vae', 'conv-vae'],
  conditional: ['vae', 'conv-vae'],
  likelihood: ['vae', 'conv-vae'],
  corruption: ['denoising-autoencoder'],
  corruptionAmount: ['denoising-autoencoder'],
  sparsity: ['sparse-autoencoder'],
  sparsityWeight: ['sparse-autoencoder'],
  sparsityTarget: ['sparse-autoencoder'],
};

/** Those among `options` that the network called `name` is made with; throws UsageError for those of others. */
export function networkOptions(
  name: AutoencoderName,
  options: AutoencoderTrainingOptions,
): Record<string, unknown> {
  for (const [option, names] of Object.entries(owners)) {
    if (options[option as OwnName] === undefined || names.includes(name)) continue;
    throw new UsageError(
      `${flagOf(option)} is an option of ${names.join(' and ')}, not of ${name}; leave it out`,
    );
  }
  const { latent, channels, beta, likelihood, corruption, corruptionAmount } = options;
  const { sparsity, sparsityWeight, sparsityTarget } = options;
  const given = {
    ...{ latent, hidden: hiddenOf(name, options.hidden), channels, beta, likelihood },
    ...{ corruption, corruptionAmount, sparsity, sparsityWeight, sparsityTarget },
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** Fully connected autoencoders have several layers beside the code, all others one. */
function hiddenOf(
  name: AutoencoderName,
  hidden: readonly number[] | undefined,
): number | readonly number[] | undefined {
  if (hidden === undefined || !['vae', 'conv-vae', 'conv-autoencoder'].includes(name))
    return hidden;
  if (hidden.length === 1) return hidden[0];
  throw new UsageError(`--hidden: a ${name} has one layer there; give one number`);
}
