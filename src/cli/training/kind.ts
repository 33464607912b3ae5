/** What a kind of training is to `fovea train`: the networks it knows, the options it takes, and how it trains. */

import type { DatasetSplits, SkippedPicture } from '../../data/index.js';
import type { FileSystem, ImagePixels } from '../../formats/index.js';
import type { Module } from '../../nn/index.js';
import type {
  Metrics,
  NetworkConfig,
  NetworkDescription,
  SharedTrainerOptions,
  Training,
} from '../../train/index.js';
import type { TrainingData } from '../choose-data.js';
import type { Output } from '../terminal.js';

/** An option of the command line, as commander takes it; kinds that have the same one share its object. */
export interface TrainingOption {
  /** Such as `--beta <b>`; two kinds with the same flags mean the same. */
  readonly flags: string;
  readonly description: string;
  /** Throws commander's InvalidArgumentError for what it cannot be. */
  readonly parse?: (text: string) => unknown;
}

/** What may be said of any training; where nothing else is told, nothing in what is learned depends on it. */
export interface TrainingOptions {
  /** The name of the data set, or a folder of pictures. Decides what is learned. */
  readonly data?: string;
  /** The share of a folder's pictures that is held back. Likewise. */
  readonly validation?: number;
  /** Likewise. */
  readonly trainSize?: number;
  readonly testSize?: number;
  readonly seed?: number;
  /** A folder with the weights to start from. Likewise. */
  readonly init?: string;
  readonly threads?: number;
  readonly out?: string;
  /** The folder of a run to go on with. */
  readonly resume?: string;
  /** Checkpoints that are kept beside the best one. */
  readonly keep?: number;
  readonly checkpointEvery?: number;
  readonly evaluateEvery?: number;
  /** Whether event files are written; a run that goes on writes them where there are some. */
  readonly tensorboard?: boolean;
  /** Whether a picture that cannot be read ends the training. */
  readonly strict?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** What a training is made of. */
export interface TrainingMaterial<
  Own extends object = object,
  Data extends TrainingData = DatasetSplits,
> {
  readonly options: TrainingOptions & Own;
  readonly data: Data;
}

/** A picture that a training tells of, such as what a generator draws of the same noise behind each epoch. */
export interface ToldPicture {
  /** In lower case with hyphens; its file is `samples/<name>-step<step>.png`. */
  readonly name: string;
  /** Steps taken. */
  readonly step: number;
  readonly picture: ImagePixels;
}

/** What the command brings along for a training; the kind hands it on to `Trainer` and calls the rest. */
export interface Course extends SharedTrainerOptions {
  /** Go on from the newest checkpoint. */
  readonly resume: boolean;
  /** Hears, before the first step, of the steps that were taken before a resume. */
  readonly onBegin: (steps: number) => Promise<void>;
  /** Hears of an examination that is going on. */
  readonly onEvaluate: (progress: { readonly done: number; readonly count: number }) => void;
  readonly onPicture: (told: ToldPicture) => Promise<void>;
}

/** How a training ended. */
export interface Outcome {
  readonly training: Training;
  /**
   * What was measured at the end, by names in lower camel case: `trainLoss`, `testAccuracy`, `psnr`. They stand
   * in config.json and in the line of `--json`; null for what was not measured.
   */
  readonly numbers: Readonly<Record<string, number | null>>;
  /** The end of the run as text, below its times: what it shows depends on the kind. Empty for nothing. */
  readonly draw?: (output: Output) => string;
  /** Writes what belongs into the run's folder beside the network: examinations, samples. */
  readonly write?: (folder: string, options: { files?: FileSystem }) => Promise<unknown>;
}

/** A training before its first step. */
export interface PreparedTraining {
  /** What is saved as the network of the run: its weights are `model.safetensors`. */
  readonly model: Module;
  /** The options that it was made with, from which the name and they make it again. */
  readonly modelOptions: Readonly<Record<string, unknown>>;
  /** What config.json tells of the data and of what makes any picture one for the network. */
  readonly data: NetworkConfig['data'];
  readonly preprocessing?: NetworkDescription['preprocessing'];
  /**
   * All that decides what is learned beside `TrainingOptions`, defaults included, by the names of options: a run
   * that goes on is refused others, and is prepared with these.
   */
  readonly settings: Readonly<Record<string, unknown>>;
  /** A command to try the network of the run in `folder` with. */
  readonly next?: (folder: string) => string;
  /** What becomes of the pictures, in words, where something does. */
  readonly changes?: string;
  /** What schedules have decided for the step that was just taken, such as `lr`; the log tells it. */
  readonly scheduled?: () => Metrics;
  /** Pictures that could not be read so far, and of how many, where they are read as it goes. */
  readonly skipped?: () => {
    readonly pictures: readonly SkippedPicture[];
    readonly length: number;
  };
  /** Throws NonFiniteError when the numbers break down, with the last good weights in `model`. */
  train(course: Course): Promise<Outcome>;
}

/**
 * What is written for a new kind of network, so that `fovea train` trains it with run folders, resuming, progress,
 * logs, reports and signals as it trains all others:
 *
 * 1. a function on `Trainer` in src/train/ that reports events and draws nothing. Its steps and examinations tell
 *    numbers by names in lower camel case (`loss`, `reconstruction`, `kl`); progress, logs and pages show whatever
 *    there is. Its options extend `SharedTrainerOptions`, and the part called `model` is the network that is saved.
 * 2. a file in src/cli/training/ with a `TrainingKind`, whose `prepare` makes the network and everything that is
 *    decided before the first step, and whose `train` calls that function. Options that several kinds have are in
 *    `sharedOptions`; new ones are written beside the kind.
 * 3. its line in `trainingKinds`.
 */
export interface TrainingKind<
  Own extends object = object,
  Data extends TrainingData = DatasetSplits,
> {
  /** What its networks are, for messages: 'classifiers'. */
  readonly title: string;
  /** The networks that it trains; no other kind has one of the same name. */
  names(): readonly string[];
  /** What a sweep compares trials by unless it is told. Default: 'evaluation.accuracy'. */
  readonly metric?: string;
  /** Whether it reads the pictures of a folder as it goes (`TrainingData`). Default: false, they are in memory. */
  readonly readsFiles?: boolean;
  /** The options that it takes beside those of all trainings; any other is refused by name. */
  readonly options: readonly TrainingOption[];
  /**
   * Makes the network called `name` and all that is decided before the first step; random weights come of the
   * seed, which the caller has set. Throws UsageError for options that do not fit the network or the data.
   */
  prepare(name: string, material: TrainingMaterial<Own, Data>): Promise<PreparedTraining>;
}
