/** What convolution layers check of their channels and groups. */

import { ValueError } from '../graph/errors.js';
import { checkCount } from './options.js';

export interface ChannelGroups {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly groups: number;
}

/** Throws ValueError unless all are whole numbers of at least 1 and the groups divide both channels. */
export function checkChannelGroups(owner: string, channels: ChannelGroups): void {
  for (const [name, count] of Object.entries(channels)) checkCount(owner, name, count);
  const { inChannels, outChannels, groups } = channels;
  if (inChannels % groups === 0 && outChannels % groups === 0) return;
  throw new ValueError(
    `${owner}: groups is ${groups}, which does not divide both ${inChannels} input and ` +
      `${outChannels} output channels; use a common divisor`,
  );
}
