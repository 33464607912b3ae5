/** --mean and --std: how pictures are normalised, where the network does not say or says otherwise. */

import { InvalidArgumentError } from 'commander';
import type { PictureNetwork } from './open-network.js';
import { UsageError } from './usage.js';

export interface GivenStatistics {
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
}

/** Numbers with commas between them. */
export function numberList(text: string): readonly number[] {
  const numbers = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (numbers.every(Number.isFinite)) return numbers;
  throw new InvalidArgumentError('Expected numbers with commas between them, such as 0.5,0.5,0.5.');
}

/** The network with its pictures normalised by what is given; throws UsageError for wrong numbers. */
export function withStatistics(
  network: PictureNetwork,
  { mean, std }: GivenStatistics,
): PictureNetwork {
  if (mean === undefined && std === undefined) return network;
  const { pictures } = network;
  const channels = pictures.preprocessing.mean.length;
  for (const [option, numbers] of Object.entries({ mean, std })) {
    const right =
      numbers?.length === channels && (option === 'mean' || numbers.every((value) => value > 0));
    if (numbers === undefined || right) continue;
    throw new UsageError(
      `--${option} is ${numbers.join(',')}; expected ${channels} ${option === 'std' ? 'positive ' : ''}` +
        `number${channels === 1 ? '' : 's'}, one per channel, for pixels from 0 to 1`,
    );
  }
  const { preprocessing } = pictures;
  const given = { mean: mean ?? preprocessing.mean, std: std ?? preprocessing.std };
  return { ...network, pictures: { ...pictures, preprocessing: { ...preprocessing, ...given } } };
}
