/** The options of `fovea compress` and `fovea decompress`. */

import type { Command } from 'commander';
import { datasetNames } from '../data/index.js';
import { type CompressCommandOptions, compressCommand } from './compress-command.js';
import { type DecompressOptions, decompressCommand } from './decompress-command.js';
import type { Terminal } from './terminal.js';
import { positiveNumber, wholeNumber } from './usage.js';

const STEP =
  'grey levels that a rounded component may move a picture by: more is fewer bytes (default: what costs half a decibel)';
const COUNT = 'the first so many pictures (default: 100 of a data set, all of a folder)';

/** Adds the commands that make pictures small; `done` hears their exit codes. */
export function addCompression(
  program: Command,
  terminal: Terminal,
  done: (code: number) => void,
): readonly Command[] {
  const compress = program
    .command('compress')
    .description('write pictures as entropy-coded codes of a trained autoencoder')
    .argument('<run>', 'the folder of an autoencoder that was trained')
    .argument('<pictures>', `a picture, a folder of pictures, or ${datasetNames.join(', ')}`)
    .argument('<out>', 'the file to write, such as digits.fz')
    .option('--step <levels>', STEP, positiveNumber)
    .option('--count <n>', COUNT, wholeNumber(1))
    .option('--label <class>', 'of a conditional model: the class of all pictures')
    .option('--no-compare', 'do not tell what JPEG and WebP would take')
    .option('--json', 'write one line of JSON to standard output')
    .addHelpText('after', MODEL)
    .action(
      async (folder: string, source: string, out: string, options: CompressCommandOptions) => {
        done(await compressCommand({ folder, source, out }, options, terminal));
      },
    );
  const decompress = program
    .command('decompress')
    .description('write the pictures of a file that "fovea compress" wrote')
    .argument('<run>', 'the run that it was compressed with')
    .argument('<file>', 'the compressed pictures')
    .argument('<out>', 'a .png file for one picture, a folder for several')
    .option('--json', 'write one line of JSON to standard output')
    .action(async (folder: string, path: string, out: string, options: DecompressOptions) => {
      done(await decompressCommand({ folder, path, out }, options, terminal));
    });
  return [compress, decompress];
}

const MODEL = `
The model is not in the file: whoever decompresses needs the same run. The table tells the file's bytes (all of
it, headers too) beside those of JPEG and WebP of the nearest size and of the nearest PSNR.`;
