/** `fovea train`: trains a model on a data set, shows how well it did and saves it; or goes on with a run. */

import { type FileSystem, FormatError } from '../formats/index.js';
import { writeReport } from '../report/index.js';
import { markRunning, openRunFolder, runningProcess } from '../train/index.js';
import { chooseData, loadData, openData, type TrainingData } from './choose-data.js';
import { describeSkipped } from './folder-data.js';
import { showProgress, silent } from './progress.js';
import { resumedRun } from './resumed-run.js';
import { listenForStop } from './stop-signals.js';
import { print, type Terminal } from './terminal.js';
import { useThreads } from './threads.js';
import { drawResult, summarize } from './train-report.js';
import type { TrainingOptions } from './training/kind.js';
import { kindOf, requireOwnOptions, trainableNames } from './training/kinds.js';
import { describeTraining, prepareRun, saveRun, trainRun, writeBeginning } from './training-run.js';
import { UsageError } from './usage.js';

/** What is said of all trainings, and of the kind of this one. */
export type TrainOptions = TrainingOptions & Readonly<Record<string, unknown>>;

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
  const tell = (sentence: string) => {
    progress.stop();
    print(terminal.stderr, sentence);
  };
  const stop = listenForStop(() => {
    progress.stop();
    print(terminal.stderr, 'stopping after this step; once more stops at once');
  });
  let cleanUp = async () => {};
  let unmark = async () => {};
  let tellSkipped = () => {};
  try {
    const choice = await chooseData(options.data);
    say(`data: ${choice.why}`);
    const out = options.resume ?? options.out;
    const folder = await openRunFolder(`${modelName}-${choice.name}`, { out, files });
    cleanUp = folder.removeIfEmpty;
    await requireIdle(folder.path);
    const { signal } = stop;
    const open = kindOf(modelName).readsFiles ? openData : loadData;
    const data = await open(choice, {
      ...{ ...options, signal, onProgress: progress.download },
      onSkipped: tell,
    });
    progress.stop();
    if (begun) requireSameData(data, begun, folder.path);
    const run = await prepareRun(modelName, {
      ...{ options, dataFolder: choice.folder, data, folder: folder.path, files },
    });
    const { model: network, changes } = run.training;
    const parameters = network.parameters().reduce((total, { size }) => total + size, 0);
    say(
      `model: ${modelName}, ${count(parameters)} parameters; ` +
        `${count(data.train.length)} pictures to learn from, ${count(data.test.length)} to be examined on`,
    );
    if (changes) say(`pictures: ${changes}`);
    if (!begun) await writeBeginning(run);
    unmark = await markRunning(folder.path, { files });
    tellSkipped = () => {
      const skipped = run.training.skipped?.();
      if (skipped && skipped.pictures.length > 0) tell(describeSkipped(skipped.pictures, skipped));
    };
    const resume = begun !== undefined;
    const outcome = await trainRun(run, { progress, stop, resume, say, tell });
    progress.stop();
    const { ended, steps, stepsPlanned } = outcome.training;
    if (ended === 'aborted') {
      print(
        terminal.stderr,
        `stopped after step ${count(steps)} of ${count(stepsPlanned)}; the training as it is now ` +
          `is saved in ${folder.path}\nto go on: npx fovea train --resume ${folder.path}`,
      );
      return stop.exitCode();
    }
    const where = await saveRun(run, describeTraining(run, outcome));
    await unmark();
    if (!options.quiet) print(output, drawResult(outcome, output));
    await outcome.write?.(where, { files });
    const { path: report } = await writeReport(where);
    const next = run.training.next?.(where);
    say(next ? `saved in ${where}; try it: ${next}` : `saved in ${where}`);
    say(`all about the run on one page: ${report}`);
    if (options.json) {
      const summary = { outcome, out: where, parameters, model: modelName, data: choice.name };
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
    tellSkipped();
    await unmark();
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
      `name the model to train, one of ${trainableNames().join(', ')}, or a run to go on with: --resume`,
    );
  }
  requireOwnOptions(model, options);
  return { modelName: model, options };
}

/** Two processes that train into one folder would spoil it. */
async function requireIdle(folder: string): Promise<void> {
  const running = await runningProcess(folder);
  if (!running) return;
  const { id, host } = running;
  throw new UsageError(
    `process ${id} on ${host} trains in ${folder} now; wait for its end, end it (kill ${id}), or choose ` +
      'another folder: --out',
  );
}

function requireSameData({ train }: TrainingData, begun: Begun, folder: string): void {
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
