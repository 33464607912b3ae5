/** What a training writes for TensorBoard: the numbers of its log, and the pictures that it tells of. */

import { type FileSystem, TensorBoardWriter, WriteError } from '../formats/index.js';
import type { LogEntry } from '../train/index.js';
import type { ToldPicture } from './training/kind.js';

export interface RunBoard {
  /** Begins a file behind `step` steps: what a run that was cut off told of later ones is shown no more. */
  begin(step: number): Promise<void>;
  entry(entry: LogEntry): void;
  picture(told: ToldPicture): void;
  /** Writes what waits. */
  flush(): Promise<void>;
  /** Writes it for the last time: tells what is lost. */
  close(): Promise<void>;
}

export interface RunBoardOptions {
  readonly files?: FileSystem;
  /** Hears, once, that something cannot be written; the training goes on, and what waits is tried again. */
  readonly onProblem: (sentence: string) => void;
}

/** Numbers of the computer rather than of the network. */
const ofSystem: ReadonlySet<string> = new Set(['samplesPerSecond', 'memory']);

/** Writes into `folder`, beside what earlier processes of the run have written there. */
export function runBoard(folder: string, { files, onProblem }: RunBoardOptions): RunBoard {
  let board: TensorBoardWriter | null = null;
  let isTold = false;
  const tell = (error: unknown, consequence: string) => {
    if (!(error instanceof WriteError)) throw error;
    if (!isTold) onProblem(`TensorBoard: ${error.message}; the training goes on${consequence}`);
    isTold = true;
  };
  return {
    async begin(step) {
      try {
        // Numbers stand behind the steps that they tell of, the first of them at 1.
        board = await TensorBoardWriter.open(folder, { step: step + 1, files });
      } catch (error) {
        tell(error, ' without its files');
      }
    },
    entry({ kind, step, epoch: _, evaluation, ...values }) {
      const told: [string, unknown][] = Object.entries(values).flatMap(([name, value]) => {
        if (!ofSystem.has(name)) return [[`${kind === 'step' ? 'train' : kind}/${name}`, value]];
        return kind === 'step' ? [[`system/${name}`, value]] : [];
      });
      for (const [name, value] of Object.entries(evaluation ?? {})) {
        told.push([`test/${name}`, value]);
      }
      const isNumber = (pair: [string, unknown]): pair is [string, number] =>
        typeof pair[1] === 'number' && Number.isFinite(pair[1]);
      board?.scalars(step + 1, Object.fromEntries(told.filter(isNumber)));
    },
    picture({ name, step, picture }) {
      board?.image(step, name, picture);
    },
    async flush() {
      const before = board?.dropped ?? 0;
      try {
        await board?.flush();
        if (isTold && board && before > 0) {
          onProblem(`TensorBoard: it can be written again; ${before} events in between are lost`);
        }
        isTold = false;
      } catch (error) {
        tell(error, ', and its numbers are kept until there is room');
      }
    },
    async close() {
      await board?.flush().catch((error: unknown) => {
        if (!(error instanceof WriteError)) throw error;
        onProblem(`TensorBoard: ${error.message}; the last numbers and pictures are lost`);
      });
    },
  };
}
