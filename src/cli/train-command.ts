/** `fovea train`: trains a model on a data set, shows how well it did and saves it; or goes on with a run. */

import type { DatasetSplits } from '../data/index.js';
import { type FileSystem, FormatError } from '../formats/index.js';
import { modelNames } from '../models/index.js';
import { writeReport } from '../report/index.js';
import { openRunFolder, writeEvaluation } from '../train/index.js';
import { chooseData, loadData } from './choose-data.js';
import { showProgress, silent } from './progress.js';
import { resumedRun } from './resumed-run.js';
import { listenForStop } from './stop-signals.js';
import { print, type Terminal } from './terminal.js';
import { useThreads } from './threads.js';
import { drawResult, summarize } from './train-report.js';
import {
  describeChanges,
  describeTraining,
  prepareRun,
  type RunOptions,
  saveRun,
  trainRun,
  writeBeginning,
} from './training-run.js';
import { requireName, UsageError } from './usage.js';

export interface TrainOptions extends RunOptions {
  readonly data?: string;
  readonly threads?: number;
  readonly out?: string;
  /** The folder of a run to go on with. */
  readonly resume?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export interface TrainSurroundings {
  readonly terminal: Terminal;
  /** Writes the network; tests pass disks that are full. */
  readonly files?: FileSystem;
}

/** Runs the command and returns the exit code; throws what goes wrong. */
export async function trainCommand(
  model: string | undefined,
  given: TrainOptions,
  { terminal, files }: TrainSurroundings,
): Promise<number> {
  const { modelName, options, begun } = await whatToTrain(model, given);
  if (options.threads !== undefined) useThreads(options.threads);
  const output = options.json ? terminal.stderr : terminal.stdout;
  const say = (text: string) => {
    if (!options.quiet) print(output, text);
  };
  const progress = options.quiet ? silent : showProgress(terminal);
  const stop = listenForStop(() => {
    progress.stop();
    print(terminal.stderr, 'stopping after this step; once more stops at once');
  });
  let cleanUp = async () => {};
  try {
    const choice = await chooseData(options.data);
    say(`data: ${choice.why}`);
    const out = options.resume ?? options.out;
    const folder = await openRunFolder(`${modelName}-${choice.name}`, { out });
    cleanUp = folder.removeIfEmpty;
    const { signal } = stop;
    const data = await loadData(choice, {
      ...{ ...options, signal, onProgress: progress.download },
      onSkipped: (sentence) => print(terminal.stderr, sentence),
    });
    progress.stop();
    if (begun) requireSameData(data, begun, folder.path);
    const run = await prepareRun(modelName, {
      options: { ...options, dataFolder: choice.folder },
      data,
      folder: folder.path,
      files,
    });
    const parameters = run.model.parameters().reduce((total, { size }) => total + size, 0);
    say(
      `model: ${modelName}, ${count(parameters)} parameters; ` +
        `${count(data.train.length)} pictures to learn from, ${count(data.test.length)} to be examined on`,
    );
    const changes = describeChanges(run);
    if (changes !== '') say(`pictures: ${changes}`);
    if (!begun) await writeBeginning(run);
    const result = await trainRun(run, { progress, stop, resume: begun !== undefined });
    progress.stop();
    if (result.interrupted) {
      print(
        terminal.stderr,
        `stopped after step ${count(result.steps)} of ${count(result.stepsPlanned)}; the training ` +
          `as it is now is saved in ${folder.path}\nto go on: npx fovea train --resume ${folder.path}`,
      );
      return stop.exitCode();
    }
    const where = await saveRun(run, describeTraining(run, result));
    if (!options.quiet) print(output, drawResult(result, { data: data.test, output }));
    if (result.evaluation) await writeEvaluation(where, result.evaluation, data.test, { files });
    const { path: report } = await writeReport(where);
    say(`saved in ${where}; try it: npx fovea predict ${where} picture.png`);
    say(`all about the run on one page: ${report}`);
    if (options.json) {
      const summary = { result, out: where, parameters, model: modelName, data: choice.name };
      print(terminal.stdout, JSON.stringify(summarize(summary)));
    }
    return 0;
  } catch (error) {
    if (!stop.signal.aborted || error !== stop.signal.reason) throw error;
    print(terminal.stderr, 'stopped before the training began; nothing was saved');
    return stop.exitCode();
  } finally {
    progress.stop();
    stop.release();
    await cleanUp();
  }
}

/** The data set that a run was begun with. */
interface Begun {
  readonly name: string;
  readonly classes: readonly string[];
  readonly shape: readonly number[];
}

async function whatToTrain(
  model: string | undefined,
  options: TrainOptions,
): Promise<{ modelName: string; options: TrainOptions; begun?: Begun }> {
  if (options.resume !== undefined) {
    const run = await resumedRun(options.resume, { model, options });
    return { modelName: run.model, options: run.options, begun: run.config.data };
  }
  if (model === undefined) {
    throw new UsageError(
      `name the model to train, one of ${modelNames().join(', ')}, or a run to go on with: --resume`,
    );
  }
  return { modelName: requireName('model', model, modelNames()), options };
}

function requireSameData({ train }: DatasetSplits, begun: Begun, folder: string): void {
  const same =
    train.classes.join() === begun.classes.join() && train.shape.join() === begun.shape.join();
  if (same) return;
  throw new FormatError(folder, {
    happened: `its data set ${begun.name} has other classes or pictures now than when it began`,
    expected: `${begun.classes.length} classes of pictures [${begun.shape.join(', ')}]`,
    mend: 'bring the data set back, or begin a new run',
  });
}

function count(n: number): string {
  return n.toLocaleString('en');
}
