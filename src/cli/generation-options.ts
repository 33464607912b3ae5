/** The options of the commands that make pictures with a trained autoencoder. */

import { type Command, InvalidArgumentError } from 'commander';
import { type AttributeOptions, attributeCommand } from './attribute-command.js';
import { type InterpolateOptions, interpolateCommand } from './interpolate-command.js';
import { type ManifoldCommandOptions, manifoldCommand } from './manifold-command.js';
import { type SampleCommandOptions, sampleCommand } from './sample-command.js';
import type { Terminal } from './terminal.js';
import { type TraverseOptions, traverseCommand } from './traverse-command.js';
import { positiveNumber, wholeNumber } from './usage.js';

const RUN = 'the folder of a run that trained an autoencoder';
const SHEET = 'the picture: .png or .svg';
const CLASS = 'a class by number or name, for a network that is told of classes';

/** Adds the commands; `done` hears their exit codes. */
export function addGeneration(
  program: Command,
  terminal: Terminal,
  done: (code: number) => void,
): readonly Command[] {
  const sample = program
    .command('sample')
    .description('draw codes at random and make pictures of them')
    .argument('<run>', RUN)
    .option('--count <n>', 'pictures', wholeNumber(1), 64)
    .option('--class <class>', `${CLASS} (default: a row of each)`)
    .option('--seed <n>', 'the same seed draws the same codes', wholeNumber(0), 0)
    .option('--temperature <t>', 'below 1 draws more usual codes', positiveNumber, 1)
    .option('--out <file>', SHEET, 'samples.png')
    .action(async (run: string, options: SampleCommandOptions) => {
      done(await sampleCommand(run, options, terminal));
    });

  const traverse = program
    .command('traverse')
    .description('vary one number of a code after the other, and show what each of them does')
    .argument('<run>', RUN)
    .option('--picture <file>', 'vary the code of this picture (default: the middle of all codes)')
    .option('--dims <list>', 'such as 0,3,7 (default: the ten that codes differ most in)', dims)
    .option('--range <from:to>', 'of the values, of a plain autoencoder in deviations (-3:3)', span)
    .option('--steps <n>', 'values', wholeNumber(1), 9)
    .option('--class <class>', CLASS)
    .option('--out <file>', SHEET, 'traversals.png')
    .action(async (run: string, options: TraverseOptions) => {
      done(await traverseCommand(run, options, terminal));
    });

  const manifold = program
    .command('manifold')
    .description('show the pictures of an even grid of codes')
    .argument('<run>', RUN)
    .option('--count <n>', 'pictures along a side', wholeNumber(2), 20)
    .option('--dims <list>', 'two dimensions (default: principal components of the codes)', dims)
    .option('--class <class>', CLASS)
    .option('--out <file>', SHEET, 'manifold.png')
    .action(async (run: string, options: ManifoldCommandOptions) => {
      done(await manifoldCommand(run, options, terminal));
    });

  const interpolate = program
    .command('interpolate')
    .description('show the pictures on the way from one picture to another')
    .argument('<run>', RUN)
    .argument('<from>', 'a picture')
    .argument('<to>', 'another one')
    .option('--steps <n>', 'pictures on the way (10; of an animation 24)', wholeNumber(2))
    .option('--spherical', 'along the sphere that both codes lie on, instead of a straight line')
    .option('--class <class>', CLASS)
    .option('--out <file>', '.png or .svg, or .gif or .webp, which move', 'interpolation.png')
    .action(async (folder: string, from: string, to: string, options: InterpolateOptions) => {
      done(await interpolateCommand({ folder, from, to }, options, terminal));
    });

  const attribute = program
    .command('attribute')
    .description('add a property to pictures, or remove it, by strength')
    .argument('<run>', RUN)
    .option('--with <what>', 'a folder of pictures that have it, or words of --captions')
    .option('--without <what>', 'those that lack it (with --captions: by default all others)')
    .option('--with-class <class>', 'a class of the data that the network learned from')
    .option('--without-class <class>', 'another one (default: all others)')
    .option('--captions <file>', 'a list of pictures with words: a JSON object in each line')
    .option('--among <words>', 'take only lines with these words')
    .option('--pictures <path>', 'where the picture of a line lies, such as color/{hex}.png')
    .option('--picture <file...>', 'the pictures to change (default: some that lack the property)')
    .option('--strength <from:to>', 'how much of the property is added (-2:2)', span)
    .option('--steps <n>', 'strengths', wholeNumber(1), 9)
    .option('--class <class>', CLASS)
    .option('--out <file>', `${SHEET} (default: attribute.png)`)
    .option('--keep', "keep the sheet in the run's folder, where fovea report shows it")
    .addHelpText('after', WORDS)
    .action(async (run: string, options: AttributeOptions) => {
      done(await attributeCommand(run, options, terminal));
    });

  const commands = [sample, traverse, manifold, interpolate, attribute];
  for (const command of commands) {
    command
      .option('--threads <n>', 'default: FOVEA_THREADS, else one per core', wholeNumber(1))
      .option('--json', 'write one line of JSON to standard output');
  }
  return commands;
}

const WORDS = `
Words are conditions with commas between them, all of which hold: "smile" wants the word anywhere in a line,
"tags=smile" in that field, "!tear" wants it nowhere, "face-*" begins so. A property of emoji:
  fovea attribute RUN --captions openmoji/captions.jsonl --pictures 'color/{hex}.png' \\
    --among 'subgroup=face-*' --with smile`;

/** Dimensions such as 0,3,7. */
function dims(text: string): number[] {
  const parts = text.split(',');
  if (parts.every((part) => /^\d{1,6}$/.test(part.trim()))) return parts.map(Number);
  throw new InvalidArgumentError('Expected dimensions with commas between them, such as 0,3,7.');
}

/** Two numbers such as -3:3. */
function span(text: string): [number, number] {
  const numbers = text.split(':').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (numbers.length === 2 && numbers.every(Number.isFinite)) return [numbers[0], numbers[1]];
  throw new InvalidArgumentError('Expected two numbers with a colon between them, such as -3:3.');
}
