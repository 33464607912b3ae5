/** fovea tune: measures a network's convolutions, says what it found, keeps it, and stops cleanly. */

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createModel, modelNames } from '../src/models/index.js';
import { usualInput } from '../src/models/usual-input.js';
import { zeros } from '../src/ops/index.js';
import { fovea } from './spawn-fovea.js';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fovea-tune-'));
});
after(() => rm(folder, { recursive: true, force: true }));

interface Summary {
  readonly convolutions: readonly {
    readonly layer: string;
    readonly before: string;
    readonly now: string;
    readonly times: Readonly<Record<string, number>>;
  }[];
  readonly [name: string]: unknown;
}

test('inference: a table, a line of JSON, and a file that the next run begins with', async () => {
  const FOVEA_TUNING = join(folder, 'inference.json');
  const args = ['tune', 'lenet5', '--batch', '2', '--threads', '1'];
  const first = await fovea([...args, '--json'], { env: { FOVEA_TUNING } });
  assert.equal(first.code, 0, first.stderr);
  assert.equal(first.stdout.trimEnd().split('\n').length, 1);
  const summary: Summary = JSON.parse(first.stdout);
  const { model, train, input, threads, file, convolutions } = summary;
  assert.deepEqual(
    { model, train, input, threads, file },
    {
      ...{ model: 'lenet5', train: false, input: [2, 1, 28, 28], threads: 1, file: FOVEA_TUNING },
    },
  );
  assert.deepEqual(
    convolutions.map(({ layer }) => layer),
    ['conv1', 'conv2'],
  );
  for (const { before, now, times } of convolutions) {
    assert.ok(times[before] > 0 && times[now] > 0);
    assert.ok(times[now] <= 1.03 * Math.min(...Object.values(times)));
  }
  assert.match(first.stderr, /tuning inference of lenet5 on 2x1x28x28, one thread\n/);
  assert.match(first.stderr, /layer +output +filters +before +ms +now +ms\n/);
  assert.match(first.stderr, /conv2 +2x16x10x10 +16x6x5x5 /);
  assert.match(first.stderr, /of 2 are computed another way now; all together .* ms before/);
  const kept: { methods: Record<string, string> } = JSON.parse(
    await readFile(FOVEA_TUNING, 'utf8'),
  );
  assert.deepEqual(Object.values(kept.methods).sort(), convolutions.map(({ now }) => now).sort());

  const second = await fovea(args, { env: { FOVEA_TUNING } });
  assert.equal(second.code, 0, second.stderr);
  assert.ok(second.stdout.includes(`kept in ${FOVEA_TUNING}`));
  for (const { layer, now } of convolutions) {
    const line = second.stdout.split('\n').find((text) => text.startsWith(layer));
    assert.ok(line?.includes(` ${now} `), `${line} begins with ${now}`);
  }
});

test('a training step has convolutions of its own; nothing need be kept', async () => {
  const args = ['tune', 'lenet5', '--train', '--batch', '3', '--size', '28', '--json'];
  const { code, stdout, stderr } = await fovea(args);
  assert.equal(code, 0, stderr);
  const { train, input, file, convolutions }: Summary = JSON.parse(stdout);
  assert.deepEqual({ train, input, file }, { train: true, input: [3, 1, 28, 28], file: null });
  // Output and filter gradient of both layers, input gradient of the second.
  assert.equal(convolutions.length, 5);
  assert.match(stderr, /not kept, as FOVEA_TUNING is off/);
});

test('Ctrl-C keeps what was measured so far', async () => {
  const FOVEA_TUNING = join(folder, 'stopped.json');
  let asked = false;
  const { code, stdout, stderr } = await fovea(['tune', 'resnet20', '--json'], {
    env: { FOVEA_TUNING },
    onStderr: (_, child) => {
      if (!asked) child.kill('SIGINT');
      asked = true;
    },
  });
  assert.equal(code, 130, stderr);
  assert.equal(stdout, '');
  assert.ok(stderr.includes(`stopped; what was measured so far is kept in ${FOVEA_TUNING}`));
});

test('what cannot be meant is explained', async () => {
  const cases: [string[], number, RegExp][] = [
    [['resnet19'], 2, /there is no model "resnet19"; did you mean "resnet18"\?/],
    [['lenet5', '--batch', '0'], 2, /Expected a whole number of 1 or more/],
    [['lenet5', '--threads', '99'], 2, /--threads: expected a whole number from 1 to 64/],
    [['lenet5', '--size', '5'], 1, /LeNet5: expected pictures of 28 x 28/],
  ];
  for (const [args, expected, pattern] of cases) {
    const { code, stdout, stderr } = await fovea(['tune', ...args, '--json']);
    assert.equal(code, expected, stderr);
    assert.match(stderr, pattern);
    assert.equal(stdout, '');
  }
});

test('networks take the pictures that they were made for', () => {
  for (const name of ['lenet5', 'lenet5_1998', 'resnet20', 'resnet18_cifar', 'googlenet']) {
    const model = createModel(name);
    model.eval();
    const logits = model.call(zeros([1, ...usualInput(name)]));
    assert.deepEqual(logits.shape.length, 2, name);
  }
  assert.ok(modelNames().every((name) => usualInput(name).every((extent) => extent > 0)));
});
