/** `fovea sweep` as its user runs it, on drawn digits: its table, its files, Ctrl-C, and what it refuses. */

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { readSweep } from '../src/cli/sweep/sweep-file.js';
import { CheckpointFolder, loadNetwork, readMetrics } from '../src/train/index.js';
import { runFovea } from './run-fovea.js';
import { fovea } from './spawn-fovea.js';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fovea-sweep-command-'));
});
after(() => rm(folder, { recursive: true, force: true }));

const small = ['--data', 'digits', '--train-size', '60', '--test-size', '20', '--batch', '20'];

test('every trial is a run of its own, and the table and the page tell of all', async () => {
  const out = join(folder, 'two');
  const { code, stdout, stderr } = await runFovea([
    ...['sweep', 'lenet5', ...small, '--epochs', '1', '--try', 'lr=1e-3,1e-2', '--json'],
    ...['--out', out],
  ]);
  assert.equal(code, 0, stderr);
  const told = JSON.parse(stdout);
  assert.deepEqual(
    told.trials.map(({ settings, state, epochs }: Record<string, unknown>) => [
      settings,
      state,
      epochs,
    ]),
    [
      [{ lr: '1e-3' }, 'finished', 1],
      [{ lr: '1e-2' }, 'finished', 1],
    ],
  );
  for (const [i, lr] of [1e-3, 1e-2].entries()) {
    const { config } = await loadNetwork(join(out, `trial-${i + 1}`));
    assert.equal(config.training.lr, lr);
    assert.equal(config.training.testAccuracy, told.trials[i].best);
  }
  assert.match(stderr, /trial-2 {2}lr 1e-2 {2}evaluation\.accuracy \S+ {2}finished, 1 epoch in/);
  assert.match(await readFile(told.chart, 'utf8'), /<td>trial-2<\/td><td>1e-2<\/td>/);
  const again = await runFovea(['sweep', '--resume', out, '--quiet']);
  assert.equal(again.code, 0, again.stderr);
});

test('Ctrl-C stops trial and sweep, and --resume goes on with both', {
  skip: process.platform === 'win32',
}, async () => {
  const out = join(folder, 'stopped');
  let isStopped = false;
  const args = ['--epochs', '40', '--checkpoint-every', '1', '--try', 'lr=1e-3', '--out', out];
  const first = await fovea(['sweep', 'lenet5', ...small, ...args], {
    onStderr: (text, child) => {
      if (isStopped || !text.includes('trial-1:')) return;
      isStopped = true;
      whenWritten(join(out, 'trial-1', 'metrics.jsonl'), () => child.kill('SIGINT'));
    },
  });
  assert.equal(first.code, 130, first.stderr);
  assert.match(first.stderr, /to go on: npx fovea sweep --resume/);
  const { trials } = JSON.parse(await readFile(join(out, 'sweep.json'), 'utf8'));
  assert.equal(trials[0].state, 'waiting');
  assert.ok(trials[0].course.length < 40);
  const second = await fovea(['sweep', '--resume', out, '--json']);
  assert.equal(second.code, 0, second.stderr);
  const [trial] = JSON.parse(second.stdout).trials;
  assert.deepEqual([trial.state, trial.epochs], ['finished', 40]);
});

test('a sweep that is killed takes its trial with it, and --resume goes on', {
  skip: process.platform === 'win32',
}, async () => {
  const out = join(folder, 'killed');
  const args = ['--epochs', '60', '--try', 'lr=1e-3', '--out', out];
  const log = join(out, 'trial-1', 'metrics.jsonl');
  const killed = await fovea(['sweep', 'lenet5', ...small, ...args], {
    onStderr: (text, child) => {
      if (text.includes('trial-1:')) whenWritten(log, () => child.kill('SIGKILL'));
    },
  });
  assert.equal(killed.code, null);
  const [{ state, process: trial }] = (await readSweep(out)).trials;
  assert.equal(state, 'running');
  assert.ok(trial !== undefined);
  const isAlive = (): boolean => {
    try {
      return process.kill(trial, 0);
    } catch {
      return false;
    }
  };
  for (const end = Date.now() + 10_000; isAlive() && Date.now() < end; ) await wait(20);
  assert.ok(!isAlive(), 'the trial trains on for nobody');
  const before = (await readMetrics(log)).filter(({ kind }) => kind === 'epoch').length;
  assert.ok(before < 60, 'it was stopped before its end');
  const [newest] = await new CheckpointFolder(join(out, 'trial-1', 'checkpoints')).steps();
  assert.ok(newest > 0, 'what it had learned is kept');
  const second = await fovea(['sweep', '--resume', out, '--json']);
  assert.equal(second.code, 0, second.stderr);
  const [{ state: end, epochs }] = JSON.parse(second.stdout).trials;
  assert.deepEqual([end, epochs], ['finished', 60]);
});

/** Calls back as soon as there is something in the file. */
function whenWritten(path: string, then: () => void): void {
  const look = setInterval(() => {
    stat(path).then(
      ({ size }) => {
        if (size === 0) return;
        clearInterval(look);
        then();
      },
      () => {},
    );
  }, 20);
}

test('what train refuses is told before the first trial, and what fails in all of them at the end', async () => {
  const refused = async (args: readonly string[], pattern: RegExp) => {
    const { code, stderr } = await runFovea(['sweep', ...args]);
    assert.equal(code, 2, stderr);
    assert.match(stderr, pattern);
  };
  const model = ['lenet5', '--data', 'digits'];
  await refused(
    [...model, '--try', 'lr=1e-3,abc'],
    /--lr abc: Expected a number greater than zero/,
  );
  await refused([...model, '--try', 'lrr=1'], /no option "lrr" to try; did you mean "lr"/);
  await refused([...model, '--try', 'threads=1,2'], /threads changes nothing in what is learned/);
  await refused([...model, '--try', 'lr=1', '--lr', '2'], /--lr is both given and tried/);
  await refused([...model, '--try', 'lr=1', '--try', 'lr=2'], /lr is tried twice/);
  await refused([...model, '--try', 'optimizer=adm'], /--optimizer adm: Did you mean "adam"/);
  await refused(
    [...model, '--range', 'batch=0..9', '--random', '2'],
    /--batch 0: Expected a whole/,
  );
  await refused([...model, '--range', 'lr=1..2'], /--random 10/);
  await refused([...model, '--try', 'lr=1', '--metric', 'los'], /Did you mean "loss"/);
  await refused([...model, '--try', 'seed=1', '--seeds', '2'], /both tried and counted/);
  await refused(model, /say what to try/);
  await refused(['lenet', '--try', 'lr=1'], /no model "lenet"/);
  await refused(['lenet5', '--data', 'mnst', '--try', 'lr=1'], /no data set "mnst"/);
  await refused([], /name the model to train/);
  await refused(['--resume', folder, '--try', 'lr=1'], /as it was begun/);
  const out = join(folder, 'failing');
  const failing = await runFovea(['sweep', ...model, '--try', 'size=4', '--out', out]);
  assert.equal(failing.code, 1);
  assert.match(
    failing.stderr,
    /every trial failed; the first one: LeNet5: expected pictures of 28 x 28/,
  );
});
