/** `fovea train` and the options of all kinds of training. */

import { type Command, Option } from 'commander';
import type { TrainOptions } from './train-command.js';
import { allOptions, trainableNames } from './training/kinds.js';

/** Adds the command to `program`. */
export function addTrain(
  program: Command,
  run: (model: string | undefined, options: TrainOptions) => Promise<void>,
): Command {
  const train = program
    .command('train')
    .description('train a network, show how well it does, and save it')
    .argument('[model]', trainableNames().join(', '));
  for (const { flags, description, parse } of allOptions()) {
    const option = new Option(flags, description);
    if (parse) option.argParser(parse);
    train.addOption(option);
  }
  return train.addHelpText('after', EXPLANATION).action(run);
}

const EXPLANATION = `
The defaults are those of most networks; the ResNets for CIFAR have the recipe of their paper, AlexNet and
VGG a lower rate. Pictures of another kind than the network's are resized, and made grey or three channels.`;
