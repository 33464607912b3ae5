/** Trainer: epochs of steps, examinations in between, checkpoints to go on from, and events that tell about it all. */

import { ValueError } from '../graph/errors.js';
import { checkCount, checkOptionNames } from '../nn/options.js';
import { EpochMeans, type Metrics } from './epoch-means.js';
import { eventLoopTurns } from './event-loop.js';
import type {
  Best,
  EpochReport,
  Progress,
  StepPlace,
  TrainerOptions,
  Training,
} from './trainer-options.js';
import { putState, takeState } from './training-state.js';

export type * from './trainer-options.js';

const known = [
  ...['loader', 'step', 'parts', 'epochs', 'steps', 'beforeStep', 'evaluate', 'evaluateEvery'],
  ...['monitor', 'checkpoints', 'checkpointEvery', 'signal', 'notFinite'],
  ...['onStep', 'onEpoch', 'beforeCheckpoint', 'onCheckpoint'],
];

/**
 * Trains anything that learns in steps: what a step does is the caller's, often one compiled function.
 *
 * The batches of a step depend on its number alone, so that a training that goes on from a checkpoint ends
 * with the very weights of one that was never stopped. Throws ValueError for options that do not fit.
 *
 *     const step = compile((images, labels) => { ...; optimizer.step(grad(loss, ...)); return { loss }; });
 *     const trainer = new Trainer({
 *       loader, epochs: 5, parts: { model, optimizer }, checkpoints: new CheckpointFolder('run/checkpoints'),
 *       step: ({ images, labels, shape, size }) => ({
 *         loss: step(tensor(images, shape), tensor(labels, [size])).loss.item(),
 *       }),
 *     });
 *     await trainer.resume();
 *     const { history } = await trainer.run();
 */
export class Trainer<Batch extends { readonly size: number }> {
  readonly #options: TrainerOptions<Batch>;
  readonly #stepsPlanned: number;
  #steps = 0;
  #samples = 0;
  /** What was done before this training went on. */
  #before = { steps: 0, samples: 0 };
  readonly #means = new EpochMeans();
  #history: EpochReport[] = [];
  #best: Best | null = null;
  #epochsWithoutImprovement = 0;

  constructor(options: TrainerOptions<Batch>) {
    checkOptionNames('Trainer', options, known);
    const { loader, epochs, steps, evaluateEvery = 1, checkpointEvery = 1, monitor } = options;
    if ((epochs === undefined) === (steps === undefined)) {
      throw new ValueError('Trainer: pass either epochs or steps, to say how long to train');
    }
    checkCount('Trainer', 'loader.length', loader.length);
    checkCount('Trainer', epochs === undefined ? 'steps' : 'epochs', (epochs ?? steps)!);
    checkCount('Trainer', 'evaluateEvery', evaluateEvery);
    checkCount('Trainer', 'checkpointEvery', checkpointEvery);
    if (monitor?.patience !== undefined) {
      checkCount('Trainer', 'monitor.patience', monitor.patience);
    }
    this.#options = options;
    this.#stepsPlanned = steps ?? epochs! * loader.length;
  }

  /** Steps taken so far. */
  get steps(): number {
    return this.#steps;
  }

  /**
   * Goes on from the newest whole checkpoint, if there is one; tells the steps that were taken by then.
   *
   * Throws FormatError when there are checkpoints and all are damaged, and ValueError when they are of other
   * parts.
   */
  async resume(): Promise<number> {
    const found = await this.#options.checkpoints?.newest<Progress>();
    if (!found) return 0;
    const { state, progress } = found.checkpoint;
    putState(this.#options.parts, state);
    this.#steps = progress.steps;
    this.#samples = progress.samples;
    this.#before = { steps: progress.steps, samples: progress.samples };
    this.#means.restore(progress.means);
    this.#history = [...progress.history];
    this.#best = progress.best;
    this.#epochsWithoutImprovement = progress.epochsWithoutImprovement;
    return this.#steps;
  }

  /** Trains to the end, or until the signal is aborted. Throws what the steps throw. */
  async run(): Promise<Training> {
    await this.#options.checkpoints?.tidy();
    const clock = stopwatch();
    const ended = await this.#run(clock);
    return {
      ...{ history: this.#history, best: this.#best, samples: this.#samples, ended },
      ...{ steps: this.#steps, stepsPlanned: this.#stepsPlanned, ...this.#pace(clock()) },
    };
  }

  async #run(clock: () => number): Promise<Training['ended']> {
    const { signal } = this.#options;
    const breathe = eventLoopTurns();
    for (;;) {
      // An epoch whose examination was stopped ends when the training goes on.
      const [start, samples] = [clock(), this.#samples];
      if (!this.#isBehindEpoch()) {
        if (this.#steps === this.#stepsPlanned) return 'finished';
        if (this.#hasStalled()) return 'no improvement';
        await this.#takeSteps(clock, breathe);
      }
      const learned = this.#samples - samples;
      const samplesPerSecond = learned > 0 ? learned / (clock() - start) : null;
      const time = () => ({ seconds: clock() - start, samplesPerSecond });
      const isWhole = this.#isBehindEpoch() && (await this.#finishEpoch(time));
      await this.#save();
      if (signal?.aborted && !(isWhole && this.#steps === this.#stepsPlanned)) return 'aborted';
    }
  }

  /** Whether all steps of an epoch were taken that is not finished yet. */
  #isBehindEpoch(): boolean {
    const isLast = this.#steps === this.#stepsPlanned;
    return this.#means.samples > 0 && (isLast || this.#steps % this.#options.loader.length === 0);
  }

  /** Takes the steps that are left of an epoch, until the signal is aborted. */
  async #takeSteps(clock: () => number, breathe: () => Promise<void> | undefined): Promise<void> {
    const { loader, step: learn, beforeStep, signal, checkpointEvery, onStep } = this.#options;
    const epoch = Math.floor(this.#steps / loader.length);
    const first = this.#steps - epoch * loader.length;
    for await (const data of loader.epoch(epoch, first)) {
      if (signal?.aborted || this.#steps === this.#stepsPlanned) return;
      const place = { step: this.#steps, epoch, batch: this.#steps - epoch * loader.length };
      beforeStep?.(place);
      const metrics = await learn(data, place);
      const broken = Object.keys(metrics).find((name) => !Number.isFinite(metrics[name]));
      if (broken !== undefined) throw await this.#notFinite(metrics, { place, broken });
      this.#steps++;
      this.#samples += data.size;
      this.#means.add(metrics, data.size);
      await onStep?.({
        ...place,
        ...{ steps: this.#stepsPlanned, epochs: Math.ceil(this.#stepsPlanned / loader.length) },
        stepsOfEpoch: Math.min(loader.length, this.#stepsPlanned - epoch * loader.length),
        ...{ metrics, means: this.#means.values(), samples: this.#samples },
        ...this.#pace(clock()),
      });
      const isDue = checkpointEvery && this.#steps % checkpointEvery === 0;
      if (isDue && !this.#isBehindEpoch()) await this.#save();
      await breathe();
    }
  }

  /** Examines what was learned and takes the epoch down; false where the signal stopped the examination. */
  async #finishEpoch(
    time: () => Pick<EpochReport, 'seconds' | 'samplesPerSecond'>,
  ): Promise<boolean> {
    const { loader, onEpoch, evaluate, evaluateEvery = 1, signal } = this.#options;
    const epoch = Math.ceil(this.#steps / loader.length) - 1;
    const isDue = (epoch + 1) % evaluateEvery === 0 || this.#steps === this.#stepsPlanned;
    let evaluation: Metrics | null = null;
    try {
      if (evaluate && isDue) evaluation = await evaluate(signal);
    } catch (error) {
      if (signal?.aborted) return false;
      throw error;
    }
    const metrics = this.#means.values();
    const report = { epoch, steps: this.#steps, metrics, evaluation, ...time() };
    await onEpoch?.(report);
    this.#history.push(report);
    this.#means.reset();
    this.#judge(report);
    return true;
  }

  /** How fast it goes, by what was done since it began or went on. */
  #pace(seconds: number) {
    const steps = this.#steps - this.#before.steps;
    return {
      seconds,
      samplesPerSecond: (this.#samples - this.#before.samples) / (steps > 0 ? seconds : Number.NaN),
      secondsLeft: (seconds / steps) * (this.#stepsPlanned - this.#steps),
    };
  }

  #notFinite(
    metrics: Metrics,
    { place, broken }: { place: StepPlace; broken: string },
  ): Error | Promise<Error> {
    return (
      this.#options.notFinite?.(place, broken) ??
      new Error(
        `training stopped at step ${place.step + 1}: ${broken} is ${metrics[broken]}; expected ` +
          'finite numbers throughout, so lower the learning rate',
      )
    );
  }

  /** Looks whether the epoch was the best so far. */
  #judge({ epoch, metrics, evaluation }: EpochReport): void {
    const { monitor, evaluate } = this.#options;
    if (!monitor) return;
    const told = evaluate ? evaluation : metrics;
    if (told === null) return;
    const value = told[monitor.metric];
    if (value === undefined) {
      throw new ValueError(
        `Trainer: monitor.metric is "${monitor.metric}", but only ${Object.keys(told).join(', ')} ` +
          'are told; name one of them',
      );
    }
    const isBetter =
      this.#best === null ||
      (monitor.mode === 'max' ? value > this.#best.value : value < this.#best.value);
    if (isBetter) this.#best = { epoch, step: this.#steps, value };
    this.#epochsWithoutImprovement = isBetter ? 0 : this.#epochsWithoutImprovement + 1;
  }

  #hasStalled(): boolean {
    const patience = this.#options.monitor?.patience;
    return patience !== undefined && this.#epochsWithoutImprovement >= patience;
  }

  async #save(): Promise<void> {
    const { checkpoints, parts, beforeCheckpoint, onCheckpoint } = this.#options;
    if (!checkpoints) return;
    await beforeCheckpoint?.();
    const progress: Progress = {
      ...{ steps: this.#steps, samples: this.#samples, means: this.#means.state() },
      ...{ history: this.#history, best: this.#best },
      epochsWithoutImprovement: this.#epochsWithoutImprovement,
    };
    const checkpoint = { state: takeState(parts), progress };
    const path = await checkpoints.save(this.#steps, checkpoint, this.#best?.step);
    await onCheckpoint?.({ path, step: this.#steps });
  }
}

/** Seconds since it was made. */
function stopwatch(): () => number {
  const start = performance.now();
  return () => (performance.now() - start) / 1000;
}
