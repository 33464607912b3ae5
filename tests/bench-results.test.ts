/** The benchmark's results: several workloads' reports as one, and the page made of it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashedValues } from '../bench/hashed-data.js';
import { seedOf, setHashedState } from '../bench/hashed-parameters.js';
import { wantedOf } from '../bench/measure-workload.js';
import { networks, parseInference, picturesShape } from '../bench/networks.js';
import { peakResidentBytes } from '../bench/peers/peak-resident.js';
import { joinReports, type Report, type Row, reportOf } from '../bench/report.js';
import { formatResults } from '../bench/results-page.js';
import { casesOf } from '../bench/workload.js';
import { findCase, workloads } from '../bench/workloads/registry.js';
import { BatchNorm2d, Conv2d, Sequential } from '../src/nn/index.js';

const row = (workload: string, engine: string, medianMs: number, gflops: number | null): Row => ({
  ...{ workload, engine, threads: 2, medianMs, p10Ms: medianMs - 0.5, p90Ms: medianMs + 0.5 },
  gflops,
});

/** Two workloads of one run. */
function reports(): Report[] {
  return [
    reportOf(
      [
        row('train/b32', 'fovea', 3, 100),
        row('train/b32', 'pytorch', 6, 50),
        row('train/b32/compile', 'fovea', 900, null),
      ],
      0.1,
      {
        engines: { fovea: 'wasm backend', pytorch: 'PyTorch 1' },
        memory: [{ workload: 'train/b32', engine: 'pytorch', peakBytes: 4e6 }],
      },
    ),
    reportOf([row('convolutions/c/forward', 'fovea', 8, 2)], 0.6, {
      engines: { fovea: 'wasm backend' },
      accuracies: [
        { workload: 'convolutions/c/forward', method: 'tiles', max: 1.23e-5, rms: 4e-6 },
      ],
    }),
  ];
}

test('reports of one run join, with the busiest of their machines', () => {
  const joined = joinReports(reports());
  assert.equal(joined.machine.busyCores, 0.6);
  assert.equal(joined.rows.length, 4);
  assert.deepEqual(joined.ratios, [{ workload: 'train/b32', peer: 'pytorch', ratio: 0.5 }]);
  assert.deepEqual(joined.engines, { fovea: 'wasm backend', pytorch: 'PyTorch 1' });
  assert.equal(joined.accuracies?.length, 1);
  assert.equal(joined.memory?.length, 1);
  assert.deepEqual(joinReports([]).rows, [], 'nothing measured is no error of its own');
});

test('the page holds machine, versions, times, ratios, errors and memory', () => {
  const failed = [{ workload: 'vae', reason: 'its process ended early' }];
  const page = formatResults(joinReports(reports(), failed), {
    command: 'npm run bench -- all',
    date: new Date('2030-01-02T03:04:05Z'),
  });
  const lines = page.split('\n');
  for (const line of [
    'Written by `npm run bench -- all` on 2030-01-02.',
    '- other programs kept 0.60 cores busy: do not quote these times',
    '- pytorch: PyTorch 1',
    '- vae was not measured: its process ended early',
    '## train',
    '| b32 | fovea | 2 | 3.00 | 2.50 | 3.50 | 100 |  |',
    '| b32 | pytorch | 2 | 6.00 | 5.50 | 6.50 | 50.0 | 0.500 |',
    '| b32/compile | fovea | 2 | 900 | 900 | 901 |  |  |',
    '| c/forward | tiles | 1.2e-5 | 4.0e-6 |',
    '| train/b32 | pytorch | 4.0 MB |',
  ]) {
    assert.ok(lines.includes(line), `${line}\nis missing in\n${page}`);
  }
  const bare = formatResults(joinReports(reports().slice(1)), {
    ...{ command: '', date: new Date() },
  });
  assert.ok(!bare.includes('Peak resident set'), 'no section without anything in it');
});

test('cases have names of their own and are found by them', () => {
  const cases = workloads.flatMap(casesOf);
  assert.equal(new Set(cases.map(({ id }) => id)).size, cases.length);
  assert.equal(findCase('inference/vgg16/b16')?.images, 16);
  assert.equal(findCase('inference/vgg17/b16'), undefined);
  const wanted = wantedOf(cases, 'resnet18').map(({ id }) => id);
  assert.deepEqual(wanted, [
    ...['resnet18-cifar/train/b32', 'resnet18-cifar/train/b128'],
    ...['inference/resnet18/b1', 'inference/resnet18/b16'],
  ]);
});

test('networks are known by their names', () => {
  for (const network of networks) {
    assert.deepEqual(parseInference(`inference/${network.name}/b4`), { network, batch: 4 });
  }
  const inception = parseInference('inference/inception_v3/b2');
  assert.ok(inception);
  assert.deepEqual(picturesShape(inception), [2, 3, 299, 299]);
  assert.equal(parseInference('inference/resnet19/b1'), null);
});

test('a hashed state depends on names alone, and moves everything away from 0 and 1', () => {
  const model = new Sequential(
    new Conv2d(2, 3, { kernelSize: 3, bias: false }),
    new BatchNorm2d(3),
  );
  setHashedState(model);
  const state = model.stateDict();
  const hashed = (name: string, value: (number: number) => number) => {
    const { data } = state[name];
    assert.deepEqual([...data], [...hashedValues(data.length, seedOf(name)).map(value)], name);
  };
  hashed('0.weight', (value) => value * Math.sqrt(2 / 18));
  hashed('1.weight', (value) => 1 + 0.2 * value);
  hashed('1.bias', (value) => 0.1 * value);
  hashed('1.running_mean', (value) => 0.1 * value);
  hashed('1.running_var', (value) => 1 + 0.3 * value);
  assert.equal(state['1.num_batches_tracked'].data[0], 0);
  // What seed_of of bench/peers/pytorch/hashed_data.py makes.
  assert.equal(seedOf(''), 0x811c9dc5);
  assert.equal(seedOf('layer1.0.conv1.weight'), 2_994_878_762);
});

test('the peak of the resident set is that of this process', async () => {
  const before = await peakResidentBytes();
  const block = Buffer.alloc(before, 1);
  const after = await peakResidentBytes();
  assert.ok(before > 10e6 && after > 1.2 * before, `${before}, ${after}`);
  assert.equal(block[0], 1);
});
