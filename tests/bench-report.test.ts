/** The benchmark's report: statistics, rows, ratios, tables. */

import assert from 'node:assert/strict';
import { cpus } from 'node:os';
import { test } from 'node:test';
import { BusyMeter, busyCores } from '../bench/busy-meter.js';
import { formatRatio, gflopsOf, type Row, ratiosOf, reportOf, rowOf } from '../bench/report.js';
import { median, percentile, summarize } from '../bench/statistics.js';
import { formatNumber, formatTable } from '../bench/table.js';

const row = (workload: string, engine: string, medianMs: number): Row => ({
  ...{ workload, engine, threads: 2, medianMs },
  ...{ p10Ms: medianMs, p90Ms: medianMs, gflops: null },
});

test('percentiles interpolate between the nearest values', () => {
  const times = [50, 10, 30, 20, 40];
  assert.deepEqual(summarize(times), { medianMs: 30, p10Ms: 14, p90Ms: 46 });
  assert.deepEqual(times, [50, 10, 30, 20, 40], 'the times themselves stay in order');
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.equal(percentile([7], 0.9), 7);
  assert.throws(() => summarize([]), RangeError);
});

test('rows hold what the report promises and nothing else', () => {
  const measured = rowOf(
    { ...row('lenet5/train/b64', 'fovea', 0), threads: 2 },
    { times: [2, 4, 3], flops: 6e9 },
  );
  assert.deepEqual(Object.keys(measured), [
    ...['workload', 'engine', 'threads', 'medianMs', 'p10Ms', 'p90Ms', 'gflops'],
  ]);
  assert.equal(measured.medianMs, 3);
  assert.equal(measured.gflops, 2000);
  assert.equal(gflopsOf(0, 3), null);
});

test('a ratio is our time over the peer’s, workload by workload', () => {
  const rows = [
    row('matmul/512', 'fovea', 1),
    row('matmul/512', 'pytorch', 2),
    row('matmul/1024', 'fovea', 9),
    row('matmul/1024', 'pytorch', 3),
    row('matmul/2048', 'pytorch', 5),
    row('matmul/512/compile', 'fovea', 80),
  ];
  assert.deepEqual(ratiosOf(rows), [
    { workload: 'matmul/512', peer: 'pytorch', ratio: 0.5 },
    { workload: 'matmul/1024', peer: 'pytorch', ratio: 3 },
  ]);
  const report = reportOf(rows, 0.1234);
  assert.deepEqual(Object.keys(report), ['machine', 'rows', 'ratios']);
  assert.equal(report.machine.busyCores, 0.12);
});

test('ratios are worded so that nobody reads them the wrong way round', () => {
  const ratio = { workload: 'matmul/512', peer: 'pytorch', ratio: 0.5 };
  assert.equal(formatRatio(ratio), "matmul/512: 0.500 times pytorch's time (2.00 times as fast)");
  assert.equal(
    formatRatio({ ...ratio, ratio: 229.4 }),
    "matmul/512: 229 times pytorch's time (229 times as slow)",
  );
});

test('tables align words to the left and numbers to the right', () => {
  assert.deepEqual(
    formatTable(
      ['engine', 'ms'],
      [
        ['fovea', '2.9'],
        ['pytorch', '11.0'],
      ],
    ),
    ['engine     ms', 'fovea     2.9', 'pytorch  11.0'],
  );
  assert.deepEqual(formatTable(['engine'], []), ['engine']);
  assert.equal(formatNumber(2.9361), '2.94');
  assert.equal(formatNumber(1234.5), '1235');
});

test('the busy meter adds up the busy shares of the cores', async () => {
  const reading = (user: number, idle: number) => ({ user, idle, nice: 0, sys: 0, irq: 0 });
  const before = [reading(100, 100), reading(100, 100), reading(5, 5)];
  const after = [reading(150, 150), reading(200, 100), reading(5, 5)];
  assert.equal(busyCores(before, after), 1.5, 'half of one, all of another, a stopped clock');
  const meter = new BusyMeter();
  assert.deepEqual(meter.warning(), []);
  await meter.sample();
  assert.ok(meter.busyCores >= 0 && meter.busyCores <= cpus().length);
});
