/** The benchmark's layers: what they must move, whether engines agree, and the table. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BusyMeter } from '../bench/busy-meter.js';
import { fingerprintOf, largestDifference } from '../bench/fingerprint.js';
import { hashedLabels, hashedPixels, hashedValues } from '../bench/hashed-data.js';
import { openCopy } from '../bench/layers/copy.js';
import { layerCase } from '../bench/layers/layer-case.js';
import { formatLayers } from '../bench/layers/layer-table.js';
import { type MeasuredLayer, measureLayers } from '../bench/layers/measure-layers.js';
import { parameterShapes } from '../bench/layers/optimizer-case.js';
import { gigabytesPerSecond, trafficOf } from '../bench/layers/traffic.js';
import { startCaseServer } from '../bench/peers/child-session.js';
import type { ChildSession } from '../bench/peers/peer.js';
import type { Row } from '../bench/report.js';
import { runRound, type Skipped } from '../bench/session.js';
import { layers } from '../bench/workloads/layers.js';
import { add, relu } from '../src/index.js';

test('hashed data is even, has variance 1 and depends on the seed', () => {
  const values = hashedValues(20_000, 1);
  const mean = values.reduce((total, value) => total + value, 0) / values.length;
  const variance = values.reduce((total, value) => total + value * value, 0) / values.length;
  assert.ok(Math.abs(mean) < 0.02 && Math.abs(variance - 1) < 0.02, `${mean}, ${variance}`);
  assert.notDeepEqual(hashedValues(4, 1), hashedValues(4, 2));
  assert.ok(hashedPixels(1000, 3).every((pixel) => pixel >= 0 && pixel <= 1));
  assert.deepEqual([...new Set(hashedLabels(1000, 3, 4))].sort(), [0, 1, 2]);
  // What bench/peers/pytorch/hashed_data.py makes.
  const digits = [...hashedValues(3, 7)].map((value) => value.toFixed(6));
  assert.deepEqual(digits, ['-0.098310', '1.636330', '-0.097645']);
  assert.deepEqual([...hashedLabels(4, 10, 3)], [6, 4, 8, 9]);
});

test('a fingerprint tells sign and order, a norm alone does not', () => {
  const here = { y: fingerprintOf([1, 2, 3]) };
  assert.equal(here.y.norm, Math.sqrt(14));
  assert.equal(largestDifference(here, { y: fingerprintOf([1, 2, 3]) }), 0);
  for (const other of [
    [-1, 2, 3],
    [2, 1, 3],
    [1, 2, 3.01],
  ]) {
    assert.throws(() => largestDifference(here, { y: fingerprintOf(other) }), /y differs: norm/);
  }
  const close = { y: fingerprintOf([1, 2, 3.001]) };
  assert.ok(largestDifference(here, close, { tolerance: 1e-2 }) > 1e-5);
  const shuffled = { y: fingerprintOf([2, 1, 3]) };
  assert.equal(largestDifference(here, shuffled, { random: true }), 0, 'masks are not compared');
});

test('nothing computed, or something else, is no equal work', () => {
  const y = fingerprintOf([1, 2]);
  const nothing = fingerprintOf([0, 0]);
  assert.throws(() => largestDifference({ y: nothing }, { y: nothing }), /y differs/);
  const broken = fingerprintOf([Number.NaN, 1]);
  assert.throws(() => largestDifference({ y: broken }, { y: broken }), /y differs/);
  assert.throws(
    () => largestDifference({ y }, {}),
    /same results from both engines, got y and none/,
  );
  assert.throws(() => largestDifference({ y }, { y, dx: y }), /got y and y, dx/);
  assert.throws(() => largestDifference({}, {}), /got none and none/);
});

test('what is updated moves twice and is there once', () => {
  const traffic = trafficOf({
    read: [{ size: 10 }, { size: 5 }],
    written: [{ size: 1 }],
    updated: [{ size: 100 }],
  });
  assert.deepEqual(traffic, { bytes: 4 * (16 + 200), workingSet: 4 * 116 });
  assert.equal(gigabytesPerSecond(3e6, 2), 1.5);
});

test('a layer keeps its output and every gradient, and counts each once', async () => {
  const shape = [4, 8];
  const session = await layerCase({
    ...{ name: 'relu', shape, memoryBound: true },
    make: () => ({ forward: (x) => relu(x) }),
  }).open();
  assert.deepEqual(session.traffic, { bytes: 4 * 32 * 4, workingSet: 4 * 32 * 4 });
  const [x, arriving] = [hashedValues(32, 1), hashedValues(32, 5)];
  assert.deepEqual(await session.check?.(), {
    output: fingerprintOf(x.map((value) => Math.max(value, 0))),
    'gradient of x': fingerprintOf(arriving.map((value, i) => (x[i] > 0 ? value : 0))),
  });
  await session.close();
});

test('a gradient that is the arriving one is neither copied nor counted', async () => {
  const session = await layerCase({
    ...{ name: 'add', shape: [4, 8], memoryBound: true },
    make: () => ({ forward: add, inputs: 2 }),
  }).open();
  assert.equal(session.traffic.bytes, 3 * 32 * 4, 'two inputs and their sum');
  assert.equal(session.describe().kernels.length, 1);
  const arriving = fingerprintOf(hashedValues(32, 5));
  assert.deepEqual((await session.check?.())?.['gradient of other'], arriving);
  await session.close();
});

test('a copy has the working set that it is asked for', async () => {
  const copy = openCopy(8000);
  assert.equal(copy.bytes, 8000);
  assert.deepEqual(
    copy.describe().kernels.map(({ label, shape }) => [label, ...shape]),
    [['copy', 1000]],
  );
  await copy.close();
});

test('cases have names of their own, and the optimisers about a million parameters', () => {
  assert.ok('layers' in layers);
  const ids = layers.layers.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  assert.ok(ids.every((id) => /^layers\/[a-z0-9-]+\/(\d+(x\d+)+|resnet20)$/.test(id)));
  const sizes = parameterShapes().map((shape) => shape.reduce((size, extent) => size * extent, 1));
  assert.equal(sizes.length, 59);
  assert.equal(
    sizes.reduce((total, size) => total + size),
    1_073_962,
  );
});

test('one process opens case after case', async () => {
  const server = startCaseServer('child', {
    command: process.execPath,
    args: [
      '--input-type=module',
      '-e',
      `import { createInterface } from 'node:readline';
       let current;
       for await (const line of createInterface({ input: process.stdin })) {
         const { open, ...question } = JSON.parse(line);
         if (open) current = open.length;
         const check = { y: { norm: 1, projection: 2 } };
         const ready = { threads: 2, note: open };
         const skipped = { skipped: 'cannot run ' + open, unknownCase: true };
         const asked = question.check ? { check } : question.peak ? { peak: 7 } : { times: [current] };
         const answer = !open ? asked : open === 'b' ? skipped : { ready };
         console.log(JSON.stringify(answer));
       }`,
    ],
    environment: process.env,
  });
  const first = await server.open('first');
  assert.ok('round' in first);
  assert.deepEqual(await first.check?.(), { y: { norm: 1, projection: 2 } });
  assert.deepEqual(await first.round({ seconds: 1, settle: 0 }), [5]);
  assert.equal(await first.peakBytes(), 7);
  await first.close();
  const unknown = await server.open('b');
  assert.deepEqual(unknown, { skipped: 'child: cannot run b', unknownCase: true });
  const second = await server.open('second');
  assert.ok('round' in second);
  assert.deepEqual(await second.round({ seconds: 1, settle: 0 }), [6]);
  await server.close();
});

test('layers are measured in turns beside the peers that have them', async () => {
  const subject = layerCase({
    ...{ name: 'double', shape: [4, 8], memoryBound: true },
    make: () => ({ forward: (x) => add(x, x) }),
  });
  const x = hashedValues(32, 1);
  const check = (factor: number) => ({
    output: fingerprintOf(x.map((value) => value * factor)),
    'gradient of x': fingerprintOf(hashedValues(32, 5).map((value) => value * 2)),
  });
  const session = (factor: number): ChildSession => ({
    ...{ engine: 'peer', threads: 1, note: '', check: async () => check(factor) },
    peakBytes: async () => 0,
    round: (round) => runRound(() => undefined, { ...round, seconds: 0 }),
    close: async () => {},
  });
  let closed = 0;
  const peer = (factor: number) => ({
    name: 'peer',
    start: async () => ({
      open: async () => session(factor),
      close: async () => {
        closed++;
      },
    }),
  });
  const other = (name: string, skipped: Skipped) => ({
    name,
    start: async () => ({ open: async () => skipped, close: async () => {} }),
  });
  const missing = { name: 'missing', start: async () => ({ skipped: 'missing: install it' }) };
  const options = { threads: 1, seconds: 1e-3, rounds: 2, meter: new BusyMeter() };
  const { measured, skipped } = await measureLayers([subject], {
    ...options,
    peers: [
      peer(2),
      missing,
      other('broken', { skipped: 'broken: mend it' }),
      other('plain', { skipped: 'plain: cannot run this', unknownCase: true }),
    ],
  });
  assert.deepEqual(
    measured[0].rows.map(({ engine }) => engine),
    ['fovea', 'peer'],
  );
  assert.equal(measured[0].difference, 0);
  assert.ok(measured[0].copyGigabytesPerSecond > 0);
  assert.deepEqual(skipped, [
    ...['missing: install it', 'broken: mend it', 'plain: cannot run 1 of these 1'],
  ]);
  await assert.rejects(
    measureLayers([subject], { ...options, peers: [peer(3)] }),
    /^Error: layers\/double\/4x8: fovea and peer: output differs/,
  );
  assert.equal(closed, 2, 'the process ends, whatever happens');
});

test('the table has a line for each layer and says what falls short', () => {
  const row = (workload: string, engine: string, medianMs: number): Row => ({
    ...{ workload, engine, threads: 2, medianMs },
    ...{ p10Ms: medianMs, p90Ms: medianMs, gflops: null },
  });
  const layer = (
    name: string,
    [own, peer]: readonly number[],
    [bytes, copy]: readonly number[],
    memoryBound = true,
  ): MeasuredLayer => {
    const workload = `layers/${name}/8x4`;
    return {
      ...{ workload, memoryBound, bytes, copyGigabytesPerSecond: copy, difference: 2e-6 },
      rows: [row(workload, 'fovea', own), row(workload, 'pytorch', peer)],
      gigabytesPerSecond: gigabytesPerSecond(bytes, own),
    };
  };
  assert.deepEqual(
    formatLayers([
      layer('relu', [1, 2], [16e6, 20]),
      layer('add', [2, 1], [16e6, 20]),
      layer('gelu', [4, 4], [16e6, 20], false),
    ]),
    [
      'layer  shape  bound by    fovea ms  pytorch ms  ratio    MB  GB/s  copy GB/s  of copy',
      'relu     8x4  memory          1.00        2.00  0.500  16.0  16.0       20.0     80 %',
      'add      8x4  memory          2.00        1.00   2.00  16.0  8.00       20.0     40 %',
      'gelu     8x4  arithmetic      4.00        4.00   1.00  16.0  4.00       20.0     20 %',
      '',
      'bound by memory and at 70 % of a plain copy or more: 1 of 2; not add/8x4',
      "at most 1.5 times the peer's time: 2 of 3; not add/8x4",
      'equal work: all results of the same data agree, to 2.0e-6 of their norm (random masks by their norms alone)',
    ],
  );
});
