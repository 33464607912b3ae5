/** The progress of trainings: bars in a terminal with whatever is told, a few plain lines elsewhere. */

import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { showProgress } from '../src/cli/progress.js';
import { paceKeeper } from '../src/cli/progress-pace.js';
import type { Output } from '../src/cli/terminal.js';
import type { StepReport } from '../src/train/index.js';

class Screen extends Writable {
  text = '';
  readonly isTTY: boolean;
  readonly columns = 80;

  constructor(isTTY: boolean) {
    super();
    this.isTTY = isTTY;
  }

  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }

  get progress() {
    const { isTTY: isTerminal, columns } = this;
    const output: Output = { stream: this, isTerminal, color: false, colorDepth: 8, columns };
    return showProgress({ stdout: output, stderr: output });
  }
}

const metrics = { loss: 0.25, reconstruction: 123.456, testAccuracy: 0.5 };

/** Four steps of ten pictures make an epoch, a step takes half a second. */
const report = (step: number, epochs = 3): StepReport => ({
  ...{ step, epoch: Math.floor(step / 4), batch: step % 4, steps: 4 * epochs, epochs },
  stepsOfEpoch: 4,
  ...{ metrics, means: metrics, samples: 10 * (step + 1), seconds: (step + 1) / 2 },
  ...{ samplesPerSecond: 20, secondsLeft: 1 },
});

const epochReport = (epoch: number) => ({
  ...{ epoch, steps: 4 * (epoch + 1), metrics, evaluation: { loss: 0.5 } },
  ...{ seconds: 2, samplesPerSecond: 20 },
});

test('in a terminal there is a bar for all and one for the epoch, and a line for each epoch that is over', async () => {
  const screen = new Screen(true);
  const { progress } = screen;
  for (let step = 0; step < 6; step++) {
    progress.step(report(step));
    if (step === 3) progress.epoch(epochReport(0));
  }
  progress.examine({ done: 5, count: 10 });
  await wait(250);
  progress.step(report(6));
  progress.stop();
  const lines = stripVTControlCharacters(screen.text).split('\n');
  const shown = (pattern: RegExp) =>
    assert.ok(
      lines.some((line) => pattern.test(line)),
      `${pattern} in ${lines.join('\n')}`,
    );
  shown(/epoch 1\/3 {2}loss 0\.2500 {2}reconstruction 123\.46 {2}test accuracy 50\.00 % {2}test l/);
  shown(/epoch 2\/3 {2}━+╌+ {2}0:03 left {2}\d+ MB {2}test loss 0\.5000/);
  shown(/examining {2,}━+╌+ {2}5 pictures/);
  shown(/step 3\/4 {3}━+╌+ {2}loss 0\.2500 {2}reconstruction 123\.46 {2}test accuracy/);
  assert.equal(lines.find((line) => line.startsWith('epoch 1/3  loss'))?.length, 79, 'cut to fit');
});

test('elsewhere there are few lines, whatever the number of steps', () => {
  const screen = new Screen(false);
  const { progress } = screen;
  const epochs = 500;
  for (let step = 0; step < 4 * epochs; step++) {
    progress.step(report(step, epochs));
    if (step % 4 === 3) progress.epoch(epochReport((step - 3) / 4));
  }
  progress.stop();
  const lines = screen.text.trimEnd().split('\n');
  assert.equal(lines.length, 2, screen.text);
  assert.match(lines[0], /^epoch 1\/500 {2}step 1\/4 {2}loss 0\.2500 {2}reconstruction 123\.46 /);
  assert.match(
    lines[1],
    /^epoch 500\/500 {2}loss 0\.2500 .* test loss 0\.5000 {2}20 pictures\/s {2}\d+ MB {2}2\.0 s$/,
  );
});

test('the pace leaves out the first step, which compiles, and follows what is going on now', () => {
  const paceOf = paceKeeper();
  const at = (step: number, seconds: number) =>
    paceOf({ ...report(step), steps: 100, seconds, samples: 10 * (step + 1) });
  assert.deepEqual(at(0, 30), { samplesPerSecond: null, secondsLeft: null });
  assert.deepEqual(at(1, 31), { samplesPerSecond: 10, secondsLeft: 98 });
  for (let step = 2; step <= 10; step++) at(step, 31 + (step - 1) * 0.5);
  const { samplesPerSecond, secondsLeft } = at(11, 36);
  assert.equal(samplesPerSecond, 20);
  assert.ok(Math.abs(secondsLeft! - (6 / 11) * 88) < 1e-9, `${secondsLeft}`);
});
