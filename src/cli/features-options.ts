/** The options of `fovea features`, `evaluate-features`, `similar` and `continuity`. */

import type { Command } from 'commander';
import { datasetNames } from '../data/index.js';
import { type ContinuityCommandOptions, continuityCommand } from './continuity-command.js';
import {
  type EvaluateFeaturesCommandOptions,
  evaluateFeaturesCommand,
} from './evaluate-features-command.js';
import { type FeaturesOptions, featuresCommand } from './features-command.js';
import { type SimilarOptions, similarCommand } from './similar-command.js';
import type { Terminal } from './terminal.js';
import { oneOf, wholeNumber } from './usage.js';

const run = 'the folder of an autoencoder';
const data = `${datasetNames.join(', ')}, or a folder of pictures`;
const own = `${data} (default: what it learned from)`;
const part = oneOf(['train', 'test']);
const threads = 'default: FOVEA_THREADS, else one per core';
const json = 'write one line of JSON to standard output';

/** Adds the commands that use codes; `done` hears their exit codes. */
export function addFeatures(
  program: Command,
  terminal: Terminal,
  done: (code: number) => void,
): readonly Command[] {
  const features = program
    .command('features')
    .description('write the codes that an autoencoder makes of pictures, as an .npy file')
    .argument('<run>', run)
    .argument('<data>', `${data}, or one picture`)
    .requiredOption('--out <file>', 'the .npy file of the codes, float32 [pictures, code]')
    .option('--labels <file>', 'the .npy file of their classes, int32 [pictures]')
    .option('--split <part>', 'of a data set: train or test', part, 'test')
    .option('--count <n>', 'the first so many pictures (default: all)', wholeNumber(1))
    .option('--threads <n>', threads, wholeNumber(1))
    .option('--json', json)
    .action(async (folder: string, source: string, options: FeaturesOptions) => {
      done(await featuresCommand({ folder, data: source }, options, terminal));
    });
  const evaluate = program
    .command('evaluate-features')
    .description('show what codes tell of classes, beside pixels and principal components')
    .argument('<run>', run)
    .option('--data <name>', own)
    .option('--train-size <n>', 'learn from so many pictures only', wholeNumber(1))
    .option('--test-size <n>', 'examine on so many pictures only', wholeNumber(1))
    .option('--neighbours <k>', 'that vote on the class of a picture', wholeNumber(1), 5)
    .option('--seed <n>', 'of k-means and logistic regression', wholeNumber(0), 0)
    .option('--threads <n>', threads, wholeNumber(1))
    .option('--json', json)
    .action(async (folder: string, options: EvaluateFeaturesCommandOptions) => {
      done(await evaluateFeaturesCommand(folder, options, terminal));
    });
  const similar = program
    .command('similar')
    .description('find the pictures whose codes are nearest to that of a picture')
    .argument('<run>', run)
    .argument('<picture>', 'a picture of any size')
    .option('--data <name>', `where to search: ${own}`)
    .option('--split <part>', 'of a data set: train or test', part, 'train')
    .option('--among <n>', 'search the first so many pictures only', wholeNumber(1))
    .option('--count <n>', 'pictures to find', wholeNumber(1), 8)
    .option('--out <file>', 'a contact sheet: .png, .svg or .html')
    .option('--threads <n>', threads, wholeNumber(1))
    .option('--json', json)
    .action(async (folder: string, path: string, options: SimilarOptions) => {
      done(await similarCommand({ folder, path }, options, terminal));
    });
  const continuity = program
    .command('continuity')
    .description('measure how evenly pictures change on the way between the codes of two')
    .argument('<runs...>', 'folders of autoencoders, one beside the other')
    .requiredOption(
      '--classifier <run>',
      'the folder of a classifier, which is asked about middles',
    )
    .option('--data <name>', own)
    .option('--test-size <n>', 'take so many test pictures only', wholeNumber(1))
    .option(
      '--pairs <n>',
      'random pairs of pictures (default: 1000, or as many as there are)',
      wholeNumber(1),
    )
    .option('--steps <n>', 'from one code to the other, an even number', wholeNumber(2), 10)
    .option('--seed <n>', 'of the pairs', wholeNumber(0), 0)
    .option('--threads <n>', threads, wholeNumber(1))
    .option('--json', json)
    .action(async (folders: string[], options: ContinuityCommandOptions) => {
      done(await continuityCommand(folders, options, terminal));
    });
  return [features, evaluate, similar, continuity];
}
