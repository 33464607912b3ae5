/** The command line of Fovea: its commands, their options and their help. */

import { Command } from 'commander';
import { modelNames } from '../models/index.js';
import {
  type ClassAccuracyCommandOptions,
  classAccuracyCommand,
} from './class-accuracy-command.js';
import { type ClassifyOptions, classifyCommand } from './classify-command.js';
import { type CompareOptions, compareCommand } from './compare-command.js';
import { addCompression } from './compression-options.js';
import { type DrawOptions, diagramStyles, drawCommand } from './draw-command.js';
import { type ExportOptions, exportCommand } from './export-command.js';
import { addFeatures } from './features-options.js';
import { addGeneration } from './generation-options.js';
import { numberList } from './given-statistics.js';
import { type LookOptions, lookCommand } from './look-command.js';
import { type OnnxTestOptions, onnxTestCommand } from './onnx-test-command.js';
import { type PredictOptions, predictCommand } from './predict-command.js';
import { addReports } from './report-options.js';
import { type RunOptions, runCommand } from './run-command.js';
import { type SummaryCommandOptions, summaryCommand } from './summary-command.js';
import { sweepCommand } from './sweep-command.js';
import { addSweep } from './sweep-options.js';
import type { Terminal } from './terminal.js';
import { type TrainSurroundings, trainCommand } from './train-command.js';
import { addTrain } from './train-options.js';
import { type TuneOptions, tuneCommand } from './tune-command.js';
import { extents, oneOf, wholeNumber } from './usage.js';
import { version } from './version.js';

export interface ProgramSurroundings extends TrainSurroundings {
  /** Hears the exit code of the command that ran. */
  readonly onExit: (code: number) => void;
}

/** The parser; its errors are commander's, the commands' errors are their own. */
export function createProgram({ terminal, files, onExit }: ProgramSurroundings): Command {
  const program = new Command('fovea')
    .description('Train vision networks and use them.')
    .version(version)
    .showHelpAfterError('(fovea --help tells what there is)')
    .addHelpText('after', EXAMPLES);
  configure(program, terminal);

  const train = addTrain(program, async (model, options) => {
    onExit(await trainCommand(model, options, { terminal, files }));
  });

  const sweep = addSweep(program, train, async (model, options) => {
    onExit(await sweepCommand(model, options, { terminal }));
  });

  const predict = program
    .command('predict')
    .description('name the pictures in files with a trained network')
    .argument('<folder>', 'where a network was saved')
    .argument('<image...>', 'PNG, JPEG, GIF, BMP or WebP files of any size')
    .option('--json', 'write one line of JSON to standard output')
    .action(async (folder: string, paths: string[], options: PredictOptions) => {
      onExit(await predictCommand({ folder, paths }, options, terminal));
    });

  const classify = program
    .command('classify')
    .description('name pictures with a network and weights that were trained anywhere')
    .argument('<image...>', 'pictures of any size')
    .requiredOption('--model <network>', NETWORK)
    .option('--weights <file>', 'the weights of a model that is given by name')
    .option('--labels <file>', 'names of the classes: a line for each, or a JSON array')
    .option('--top <n>', 'so many classes of each picture', wholeNumber(1), 5)
    .option('--mean <numbers>', MEAN, numberList)
    .option('--std <numbers>', 'the deviation that pixels are divided by, likewise', numberList)
    .option('--threads <n>', 'default: FOVEA_THREADS, else one per core', wholeNumber(1))
    .option('--json', 'write one line of JSON to standard output')
    .action(async (paths: string[], options: ClassifyOptions) => {
      onExit(await classifyCommand(paths, options, terminal));
    });

  const look = program
    .command('look')
    .description('write a page that shows what a network sees in a picture, and where')
    .argument('<network>', NETWORK)
    .argument('<image>', 'a picture of any size')
    .option('--weights <file>', 'the weights of a model that is given by name')
    .option('--labels <file>', 'names of the classes: a line for each, or a JSON array')
    .option('--out <file>', 'the page', 'look.html')
    .option('--layer <path>', 'the layer of Grad-CAM (default: the last with convolutions)')
    .option('--class <class>', 'a number or a name, looked at before the likeliest classes')
    .option('--mean <numbers>', MEAN, numberList)
    .option('--std <numbers>', 'the deviation that pixels are divided by, likewise', numberList)
    .option('--threads <n>', 'default: FOVEA_THREADS, else one per core', wholeNumber(1))
    .option('--json', 'write one line of JSON to standard output')
    .action(async (name: string, path: string, options: LookOptions) => {
      onExit(await lookCommand({ name, path }, options, terminal));
    });

  const run = program
    .command('run')
    .description('give arrays from .npy files to a network and write what it answers')
    .argument('<network>', NETWORK)
    .option('--weights <file>', 'the weights of a model that is given by name')
    .requiredOption(
      '--input <file>',
      'a .npy file; name=file where there are several, each with an --input of its own',
      collected,
    )
    .requiredOption('--output <file>', 'the .npy file to write, likewise', collected)
    .option('--threads <n>', 'default: FOVEA_THREADS, else one per core', wholeNumber(1))
    .option('--json', 'write one line of JSON to standard output')
    .action(async (name: string, options: RunOptions) => {
      onExit(await runCommand(name, options, terminal));
    });

  const toOnnx = program
    .command('export')
    .description('write a network as an ONNX file, which other runtimes read')
    .argument('<network>', NETWORK)
    .option('--weights <file>', 'the weights of a model that is given by name')
    .option('--out <file>', "where to write (default: the network's name with .onnx)")
    .option('--classes <n>', 'how many a model of random weights tells apart', wholeNumber(1))
    .option('--size <n>', "rows and columns of a picture (default: the network's)", wholeNumber(1))
    .option('--batch <n>', 'pictures at once (default: any number)', wholeNumber(1))
    .option('--opset <n>', 'the version of the operators, 13 to 23 (default: 17)', wholeNumber(13))
    .option('--external-data', 'write the weights into a file beside it, as above 2 GB')
    .option('--json', 'write one line of JSON to standard output')
    .action(async (name: string, options: ExportOptions) => {
      onExit(await exportCommand(name, options, terminal));
    });

  const onnxTest = program
    .command('onnx-test')
    .description("run ONNX's backend test cases and tell which of them fail")
    .argument('<folder...>', 'cases, or folders of cases: model.onnx beside test_data_set_*')
    .option('--json', 'write one line of JSON to standard output; the rest goes to standard error')
    .action(async (folders: string[], options: OnnxTestOptions) => {
      onExit(await onnxTestCommand(folders, options, terminal));
    });

  const tune = program
    .command('tune')
    .description('measure how the convolutions of a network are computed fastest here, and keep it')
    .argument('<model>', modelNames().join(', '))
    .option('--batch <n>', 'pictures at once (default: 1, with --train 32)', wholeNumber(1))
    .option('--size <n>', "rows and columns of a picture (default: the network's)", wholeNumber(1))
    .option('--train', 'tune a training step instead of inference')
    .option('--threads <n>', 'default: FOVEA_THREADS, else one per core', wholeNumber(1))
    .option('--json', 'write one line of JSON to standard output; the rest goes to standard error')
    .addHelpText('after', TUNING)
    .action(async (model: string, options: TuneOptions) => {
      onExit(await tuneCommand(model, options, terminal));
    });

  const summary = program
    .command('summary')
    .description('show what each layer of a network gives, holds, computes and sees')
    .argument('<network>', NETWORK)
    .option(
      '--input <extents>',
      "of one picture (default: the network's, such as 3x224x224)",
      extents,
    )
    .option('--batch <n>', 'pictures at once', wholeNumber(1), 1)
    .option('--classes <n>', "how many it tells apart (default: the network's)", wholeNumber(1))
    .option('--auxiliary', "with auxiliary heads (default: as torchvision's weights are published)")
    .option('--no-auxiliary', 'without them')
    .option('--fold', 'show blocks of layers that are repeated once')
    .option('--no-memory', 'do not plan the memory of a forward pass and a training step')
    .option('--json', 'write one line of JSON to standard output')
    .action(async (name: string, options: SummaryCommandOptions) => {
      onExit(await summaryCommand(name, options, terminal));
    });

  const compare = program
    .command('compare')
    .description('show the accuracy of networks against the operations that they take')
    .argument('[networks...]', "names of models, folders of runs (default: torchvision's networks)")
    .option('--out <file>', 'write a chart: .html, .svg or .png')
    .option('--title <text>', 'the heading of the chart')
    .option('--scale <kind>', 'of operations: linear or logarithmic', oneOf(scaleKinds))
    .option('--dark', 'an SVG or PNG for dark pages (default: SVG follows the page, PNG is light)')
    .option('--json', 'write one line of JSON to standard output; the rest goes to standard error')
    .action(async (names: string[], options: CompareOptions) => {
      onExit(await compareCommand(names, options, terminal));
    });

  const draw = program
    .command('draw')
    .description('draw networks as block diagrams, one beside the other')
    .argument('<networks...>', NETWORK)
    .option('--out <file>', 'the picture: .svg, .html or .png', 'network.svg')
    .option('--input <extents>', "of one picture (default: the network's own)", extents)
    .option(
      '--style <name>',
      'volumes: maps in proportion, from left to right; blocks: operations, from top to bottom',
      oneOf(diagramStyles),
      'volumes',
    )
    .option('--json', 'write one line of JSON to standard output')
    .action(async (names: string[], options: DrawOptions) => {
      onExit(await drawCommand(names, options, terminal));
    });

  const classAccuracy = program
    .command('class-accuracy')
    .description('tell whether a conditional autoencoder draws what it is told to')
    .argument('<run>', 'the folder of a run that trained one with --conditional')
    .requiredOption('--classifier <folder>', 'the run of a network that reads what is drawn')
    .option('--count <n>', 'pictures of each class', wholeNumber(1), 1000)
    .option('--seed <n>', 'the same seed draws the same codes', wholeNumber(0), 0)
    .option('--threads <n>', 'default: FOVEA_THREADS, else one per core', wholeNumber(1))
    .option('--json', 'write one line of JSON to standard output')
    .action(async (folder: string, options: ClassAccuracyCommandOptions) => {
      onExit(await classAccuracyCommand(folder, options, terminal));
    });

  const generation = addGeneration(program, terminal, onExit);
  const features = addFeatures(program, terminal, onExit);
  const compression = addCompression(program, terminal, onExit);
  const reports = addReports(program, terminal, onExit);
  for (const command of [
    ...reports,
    ...compression,
    ...features,
    classAccuracy,
    ...generation,
    train,
    sweep,
    draw,
    predict,
    classify,
    look,
    run,
    toOnnx,
    onnxTest,
    tune,
    summary,
    compare,
  ]) {
    configure(command, terminal);
    command.showHelpAfterError(`(fovea ${command.name()} --help tells what there is)`);
  }
  return program;
}

const scaleKinds = ['linear', 'logarithmic'];
const NETWORK = "a model's name, the folder of a run, or an .onnx file";
const MEAN = "what is subtracted from pixels of 0 to 1, per channel (default: the network's own)";

/** An option that may be given several times. */
const collected = (text: string, before: readonly string[] = []): string[] => [...before, text];

const EXAMPLES = `
Examples:
  fovea train lenet5 --data mnist --epochs 5
  fovea predict runs/lenet5-mnist-1 seven.png
  fovea draw alexnet vgg16 googlenet resnet18 --out networks.html
  fovea look runs/lenet5-mnist-1 seven.png --out look.html

Exit codes: 0 well, 1 failed, 2 not understood, 130 stopped by Ctrl-C.
FOVEA_DEBUG=1 shows where an error comes from.`;

const TUNING = `
What is measured holds for this processor, number of threads and version of the JavaScript engine, for
every program with convolutions of the same shapes. It is kept in the folder fovea/tuning of your cache
folder; FOVEA_TUNING=<file> keeps it elsewhere, FOVEA_TUNING=off neither reads nor keeps it.`;

function configure(command: Command, { stdout, stderr }: Terminal): void {
  command.exitOverride();
  command.configureOutput({
    writeOut: (text) => stdout.stream.write(text),
    writeErr: (text) => stderr.stream.write(text),
    getOutHelpWidth: () => stdout.columns,
    getErrHelpWidth: () => stderr.columns,
    getOutHasColors: () => stdout.color,
    getErrHasColors: () => stderr.color,
  });
}
