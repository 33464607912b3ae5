/** What a sweep tries, which trials it stops, how it goes on, and what it shows, with a stand-in for training. */

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Course, isHopeless } from '../src/cli/sweep/hopeless.js';
import { type RunTrial, runSweep, type TrialEnd } from '../src/cli/sweep/run-sweep.js';
import { drawSettings, grid, parseRange, parseTry, withSeeds } from '../src/cli/sweep/space.js';
import { readSweep, type Sweep, writeSweep } from '../src/cli/sweep/sweep-file.js';
import { bestSettings, drawSweep, sweepPage } from '../src/cli/sweep/sweep-report.js';
import { settingsChart } from '../src/inspect/index.js';
import { xmlFaults } from './xml-faults.js';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fovea-sweep-'));
});
after(() => rm(folder, { recursive: true, force: true }));

test('a grid has every combination once, the last setting changing fastest', () => {
  const settings = grid([parseTry('lr=1e-3,1e-2'), parseTry('--optimizer=adam, sgd')]);
  assert.deepEqual(settings, [
    { lr: '1e-3', optimizer: 'adam' },
    { lr: '1e-3', optimizer: 'sgd' },
    { lr: '1e-2', optimizer: 'adam' },
    { lr: '1e-2', optimizer: 'sgd' },
  ]);
  assert.deepEqual(withSeeds(settings.slice(0, 1), { count: 2, first: 4 }), [
    { lr: '1e-3', optimizer: 'adam', seed: '4' },
    { lr: '1e-3', optimizer: 'adam', seed: '5' },
  ]);
  const many = `a=${Array.from({ length: 40 }, (_, i) => i)}`;
  assert.throws(() => grid([parseTry(many), parseTry(many)]), /1,600 combinations, more than 1000/);
});

test('drawn settings lie in their ranges, evenly in the logarithm, the same for the same seed', () => {
  const dimensions = [
    ...[parseRange('lr=1e-4..1e-1'), parseRange('batch=8..40'), parseTry('optimizer=adam,sgd')],
  ];
  const drawn = drawSettings(dimensions, { count: 300, seed: 1 });
  assert.equal(new Set(drawn.map((each) => JSON.stringify(each))).size, 300);
  const rates = drawn.map(({ lr }) => Number(lr));
  assert.ok(rates.every((lr) => lr >= 1e-4 && lr <= 1e-1));
  const below = rates.filter((lr) => lr < Math.sqrt(1e-4 * 1e-1)).length;
  assert.ok(below > 120 && below < 180, `${below} of 300 in the lower half`);
  const batches = drawn.map(({ batch }) => Number(batch));
  assert.ok(batches.every((batch) => Number.isInteger(batch) && batch >= 8 && batch <= 40));
  assert.deepEqual(drawSettings(dimensions, { count: 300, seed: 1 }), drawn);
  assert.notDeepEqual(drawSettings(dimensions, { count: 300, seed: 2 }), drawn);
  // There are no more than these.
  assert.equal(drawSettings([parseTry('a=1,2,3')], { count: 9, seed: 1 }).length, 3);
});

test('values that cannot be meant are refused', () => {
  assert.throws(() => parseTry('lr'), /expected an option of train and values: lr=1e-3/);
  assert.throws(() => parseTry('lr=1,,2'), /an empty value/);
  assert.throws(() => parseTry('lr=1,1'), /1 twice/);
  for (const range of ['lr=2..1', 'lr=1', 'lr=a..b', 'lr=..1', 'lr=1..2..3', 'lr=0..Infinity']) {
    assert.throws(() => parseRange(range), /expected a lower and an upper end/, range);
  }
  assert.throws(() => grid([parseRange('lr=1..2')]), /say how many trials: --random/);
});

test('a trial is hopeless below the median of others that came as far', () => {
  const others = [
    [0.2, 0.4, 0.9],
    [0.5, 0.6],
    [0.3, 0.8, 0.8],
  ];
  assert.ok(isHopeless([0.1, 0.5], others, 'max'));
  assert.ok(!isHopeless([0.1, 0.6], others, 'max'));
  // Its best epoch counts.
  assert.ok(!isHopeless([0.7, 0.1], others, 'max'));
  assert.ok(isHopeless([0.9, 0.7], others, 'min'));
  assert.ok(!isHopeless([0.1, 0.5], others, 'min'));
  // Behind the first epoch, with two others only, and where nothing was told, nobody is judged.
  assert.ok(!isHopeless([0], others, 'max'));
  assert.ok(!isHopeless([0, 0, 0], others, 'max'));
  assert.ok(!isHopeless([null, null], others, 'max'));
});

const accuracies: Record<string, Course> = {
  1: [0.5, 0.6, 0.7],
  2: [0.6, 0.7, 0.8],
  3: [0.7, 0.8, 0.9],
  4: [0.1, 0.2, 0.3],
  5: [0.8, 0.85, 0.95],
};

const newSweep = (values: readonly string[] = ['1', '2', '3', '4', '5']): Sweep => ({
  ...{ model: 'lenet5', fixed: { data: 'digits' }, metric: 'evaluation.accuracy', mode: 'max' },
  stops: true,
  trials: values.map((lr, i) => ({
    ...{ name: `trial-${i + 1}`, settings: { lr }, state: 'waiting', course: [], seconds: 0 },
  })),
});

/** Tells the epochs one by one, as far as it may. */
const standIn =
  (ran: string[], fail?: (name: string, epoch: number) => TrialEnd | undefined): RunTrial =>
  async ({ name, settings }, { onCourse }) => {
    ran.push(name);
    const course = accuracies[settings.lr];
    for (let epochs = 1; epochs <= course.length; epochs++) {
      const ended = fail?.(name, epochs);
      if (ended) return ended;
      // The process has trained on by the time it is told.
      if (!onCourse(course.slice(0, epochs))) return { state: 'stopped', course };
    }
    return { state: 'finished', course };
  };

const signal = new AbortController().signal;
const statesOf = ({ trials }: Sweep): string[] => trials.map(({ state }) => state);

test('trials run in turn, a hopeless one is stopped, and a failing one is told while others go on', async () => {
  const ran: string[] = [];
  const runTrial = standIn(ran, (name) =>
    name === 'trial-2' ? { state: 'failed', course: [], problem: 'a reason' } : undefined,
  );
  const sweep = newSweep(['1', '2', '3', '5', '4']);
  const ended = await runSweep(sweep, { folder, signal, runTrial });
  assert.deepEqual(ran, ['trial-1', 'trial-2', 'trial-3', 'trial-4', 'trial-5']);
  assert.deepEqual(statesOf(ended), ['finished', 'failed', 'finished', 'finished', 'stopped']);
  // Up to where it was judged, however far the process came.
  assert.deepEqual(ended.trials[4].course, [0.1, 0.2]);
  assert.deepEqual(await readSweep(folder), ended);
  const text = drawSweep(ended);
  assert.match(text, /trial-2 failed: a reason/);
  assert.match(
    text,
    /best: fovea train lenet5 --data digits --lr 5 \(evaluation.accuracy 0.95000\)/,
  );
  assert.deepEqual(
    text.split('\n').flatMap((line) => /^trial-\d/.exec(line)?.[0] ?? []),
    ['trial-4', 'trial-3', 'trial-1', 'trial-5', 'trial-2', 'trial-2'],
  );
  const kept = await runSweep(
    { ...newSweep(), stops: false },
    { folder, signal, runTrial: standIn([]) },
  );
  assert.deepEqual(new Set(statesOf(kept)), new Set(['finished']));
});

test('a sweep that was interrupted or killed goes on without what is over', async () => {
  const ran: string[] = [];
  const stop = new AbortController();
  const interrupted = await runSweep(newSweep(), {
    ...{ folder, signal: stop.signal },
    runTrial: standIn(ran, (name, epoch) => {
      if (name !== 'trial-3' || epoch < 2) return undefined;
      stop.abort();
      return { state: 'interrupted', course: [0.7] };
    }),
  });
  assert.deepEqual(statesOf(interrupted), [
    'finished',
    'finished',
    'waiting',
    'waiting',
    'waiting',
  ]);
  // Killed in the fourth: the file says that it runs.
  const dies: RunTrial = standIn(ran, (name) => {
    if (name === 'trial-4') throw new Error('killed');
    return undefined;
  });
  const again = await readSweep(folder);
  await assert.rejects(runSweep(again, { folder, signal, runTrial: dies }), /killed/);
  const third = await readSweep(folder);
  assert.deepEqual(statesOf(third), ['finished', 'finished', 'finished', 'running', 'waiting']);
  const ended = await runSweep(third, { folder, signal, runTrial: standIn(ran) });
  assert.deepEqual(statesOf(ended), ['finished', 'finished', 'finished', 'stopped', 'finished']);
  assert.deepEqual(
    ran.map((name) => name.slice(-1)),
    ['1', '2', '3', '3', '4', '4', '5'],
  );
});

test('a sweep file of another kind is refused', async () => {
  const path = join(folder, 'sweep.json');
  await writeSweep(folder, newSweep());
  const whole = JSON.parse(await readFile(path, 'utf8'));
  const trial = whole.trials[0];
  for (const [broken, pattern] of [
    [{ ...whole, version: 2 }, /version 2/],
    [{ ...whole, format: 'x' }, /describes no sweep/],
    [{ ...whole, trials: [{ ...trial, name: '../trial-1' }] }, /"trials" is not understood/],
    [{ ...whole, trials: [{ ...trial, course: ['x'] }] }, /"trials" is not understood/],
    [{ ...whole, mode: 'most' }, /"mode" is not understood/],
  ] as const) {
    await writeFile(path, JSON.stringify(broken));
    await assert.rejects(readSweep(folder), pattern);
  }
  await writeFile(path, '{');
  await assert.rejects(readSweep(folder), /it is no JSON/);
  await assert.rejects(readSweep(join(folder, 'none')), /cannot be read.*begin a new one/);
});

test('the best settings are those with the best mean over all of their seeds', () => {
  const trials = [
    { lr: '1', seed: '0', value: 0.9, state: 'finished' },
    { lr: '1', seed: '1', value: 0.5, state: 'finished' },
    { lr: '2', seed: '0', value: 0.8, state: 'finished' },
    { lr: '2', seed: '1', value: 0.8, state: 'finished' },
    { lr: '3', seed: '0', value: 0.95, state: 'finished' },
    { lr: '3', seed: '1', value: 0.2, state: 'stopped' },
  ].map(({ value, state, ...settings }, i) => ({
    ...{ name: `trial-${i + 1}`, settings, course: [value], seconds: 1 },
    state: state as 'finished' | 'stopped',
  }));
  const sweep = { ...newSweep(), trials };
  assert.deepEqual(bestSettings(sweep), { settings: { lr: '2' }, value: 0.8, seeds: 2 });
  const page = sweepPage(sweep)!;
  assert.match(page, /the mean of 2 seeds/);
  assert.equal(page.match(/class="trial g1"/g)?.length, 2);
  assert.equal(page.match(/class="trial g0 hollow"/g)?.length, 1);
  assert.equal(sweepPage(newSweep()), null);
});

test('the chart has a panel for each setting that differs, and points where they belong', () => {
  const point = (lr: string, optimizer: string, value: number) => ({
    ...{ name: `${lr} ${optimizer}`, settings: { lr, optimizer, batch: '64' }, value },
    ...{ isWhole: true, isBest: false },
  });
  const trials = [
    ...[point('1e-3', 'adam', 0.5), point('1e-2', 'adam', 0.6), point('1e-1', '<b>', 0.7)],
  ];
  const svg = settingsChart(trials, { title: 'a & b', metric: 'accuracy' });
  assert.deepEqual(xmlFaults(svg), []);
  const places = [
    ...svg.matchAll(/<circle class="area" cx="([\d.]+)" cy="([\d.]+)" r="6"\/><\/g>/g),
  ];
  // Two panels of three points.
  const [first, second, third] = places
    .slice(-6, -3)
    .map(([, x, y]) => ({ x: Number(x), y: Number(y) }));
  assert.ok(Math.abs(second.x - first.x - (third.x - second.x)) < 0.1, 'a logarithmic axis');
  assert.ok(Math.abs(first.y - second.y - (second.y - third.y)) < 0.1);
  assert.ok(!/>batch<\/text>/.test(svg));
  for (const name of ['lr', 'optimizer', 'accuracy']) assert.ok(svg.includes(`>${name}</text>`));
  assert.throws(() => settingsChart([], { title: '', metric: '' }), /no trial/);
  const broken = [point('1', 'adam', Number.NaN)];
  assert.throws(() => settingsChart(broken, { title: '', metric: '' }), /reached NaN/);
});
