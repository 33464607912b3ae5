/** All kinds of training that `fovea train` knows, and which one trains a network. */

import type { TrainingData } from '../choose-data.js';
import { requireName, UsageError } from '../usage.js';
import { autoencoderTraining } from './autoencoder.js';
import { classifierTraining } from './classifier.js';
import { ganTraining } from './gan.js';
import type { TrainingKind, TrainingOption } from './kind.js';
import { commonOptions, flagOf, nameOfOption } from './options.js';

/** A kind that may read files. */
type AnyKind = TrainingKind<object, TrainingData>;

export const trainingKinds: readonly AnyKind[] = [
  classifierTraining,
  autoencoderTraining,
  ganTraining,
];

/** The networks that can be trained. */
export const trainableNames = (): string[] => trainingKinds.flatMap((kind) => [...kind.names()]);

/** The options of all kinds, each once. */
export function allOptions(): readonly TrainingOption[] {
  const byFlags = new Map<string, TrainingOption>();
  for (const option of [...trainingKinds.flatMap(({ options }) => options), ...commonOptions]) {
    if (!byFlags.has(option.flags)) byFlags.set(option.flags, option);
  }
  return [...byFlags.values()];
}

/** The kind that trains the network called `name`; throws UsageError, with the nearest name, when none does. */
export function kindOf(name: string): AnyKind {
  requireName('model', name, trainableNames());
  return trainingKinds.find((kind) => kind.names().includes(name))!;
}

/** Throws UsageError for an option that is given, but is not one of the kind that trains `model`. */
export function requireOwnOptions(model: string, given: object): void {
  const { title, options } = kindOf(model);
  const known = new Set([...options, ...commonOptions].map(nameOfOption));
  const other = Object.entries(given).find(
    ([name, value]) => value !== undefined && !known.has(name),
  );
  if (!other) return;
  const owners = trainingKinds.filter((kind) =>
    kind.options.some((option) => nameOfOption(option) === other[0]),
  );
  throw new UsageError(
    `${flagOf(other[0])} is an option of ${owners.map((kind) => kind.title).join(' and ')}, ` +
      `not of ${title} such as ${model}; leave it out`,
  );
}
