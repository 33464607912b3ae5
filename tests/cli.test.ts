/** The fovea command from end to end: it trains, saves, predicts, stops cleanly and explains what is wrong. */

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { drawDigits } from '../src/data/index.js';
import { encodePng } from '../src/formats/index.js';
import { loadNetwork } from '../src/train/index.js';
import { fovea } from './spawn-fovea.js';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fovea-cli-'));
});
after(() => rm(folder, { recursive: true, force: true }));

const pictures = new URL('../../tests/fixtures/images/', import.meta.url);

const small = ['--data', 'digits', '--train-size', '300', '--test-size', '60', '--batch', '10'];

/** Digits of the test set as PNG files, named by what they show. */
async function drawFiles(count: number): Promise<{ path: string; label: string }[]> {
  const { images, labels } = drawDigits({ count, split: 'test' });
  const files = [];
  for (let i = 0; i < count; i++) {
    const path = join(folder, `digit-${i}.png`);
    const data = images.subarray(i * 784, (i + 1) * 784);
    await writeFile(path, encodePng({ width: 28, height: 28, channels: 1, data }));
    files.push({ path, label: String(labels[i]) });
  }
  return files;
}

describe('a trained network', () => {
  let out = '';
  let finished: Awaited<ReturnType<typeof fovea>>;
  before(async () => {
    out = join(folder, 'trained');
    const options = ['--epochs', '8', '--lr', '2e-3', '--out', out, '--json'];
    finished = await fovea(['train', 'lenet5', ...small, ...options]);
    assert.equal(finished.code, 0, finished.stderr);
  });

  test('train --json writes one line to standard output, the rest to standard error', async () => {
    const lines = finished.stdout.trimEnd().split('\n');
    assert.equal(lines.length, 1);
    const summary = JSON.parse(lines[0]);
    assert.deepEqual(Object.keys(summary), [
      ...['model', 'data', 'epochs', 'seconds', 'imagesPerSecond', 'trainLoss', 'testAccuracy'],
      ...['parameters', 'out'],
    ]);
    const { model, data, epochs, parameters } = summary;
    assert.deepEqual([model, data, epochs, parameters], ['lenet5', 'digits', 8, 61_706]);
    assert.equal(summary.out, out);
    assert.ok(summary.testAccuracy > 0.75, finished.stdout);
    assert.ok(summary.trainLoss < 0.5 && summary.trainLoss > 0, finished.stdout);
    const rate = (8 * 300) / summary.seconds;
    assert.ok(Math.abs(summary.imagesPerSecond / rate - 1) < 0.01, finished.stdout);
    assert.match(finished.stderr, /data: digits, drawn by the computer/);
    assert.match(finished.stderr, /61,706 parameters; 300 pictures to learn from, 60 to be/);
    assert.match(finished.stderr, /epoch 8\/8 {2}loss \d\.\d{4} {2}accuracy .* test accuracy \d/);
    assert.match(finished.stderr, /predicted\ntrue .* recall\n/);
    assert.match(finished.stderr, /of 60 right, accuracy /);
    assert.match(finished.stderr, /the most confident mistakes \(true -> predicted\)/);
    const { config } = await loadNetwork(out);
    assert.equal(config.training.testAccuracy, summary.testAccuracy);
    assert.equal(config.training.seed, 0);
  });

  test('predict names digits with their probabilities', async () => {
    const files = await drawFiles(12);
    const paths = files.map(({ path }) => path);
    const { code, stdout, stderr } = await fovea(['predict', out, ...paths, '--json']);
    assert.equal(code, 0, stderr);
    const { network, predictions } = JSON.parse(stdout);
    assert.equal(network, out);
    assert.equal(predictions.length, 12);
    let right = 0;
    predictions.forEach((prediction: Record<string, unknown>, i: number) => {
      const probabilities = prediction.probabilities as Record<string, number>;
      assert.equal(prediction.file, paths[i]);
      assert.deepEqual(Object.keys(probabilities), [...'0123456789']);
      const values = Object.values(probabilities);
      assert.ok(Math.abs(values.reduce((sum, value) => sum + value) - 1) < 1e-4);
      assert.equal(prediction.probability, Math.max(...values));
      assert.equal(probabilities[prediction.label as string], prediction.probability);
      if (prediction.label === files[i].label) right++;
    });
    assert.ok(right >= 8, `${right} of 12 right`);
    const shown = await fovea(['predict', out, paths[0]]);
    assert.match(shown.stdout, /digit-0\.png: \d {2}\d+\.\d %\n/);
    assert.match(shown.stdout, /█/);
  });

  test('predict reads pictures of every kind', async () => {
    const names = ['grey.png', 'cmyk.jpg', 'animated.gif', '24-bit.bmp', 'lossy-alpha.webp'];
    const paths = names.map((name) => fileURLToPath(new URL(name, pictures)));
    const { code, stdout, stderr } = await fovea(['predict', out, ...paths, '--json']);
    assert.equal(code, 0, stderr);
    assert.equal(JSON.parse(stdout).predictions.length, names.length);
  });

  test('predict refuses what is missing, damaged or no network', async () => {
    const [{ path }] = await drawFiles(1);
    const broken = join(folder, 'broken.png');
    await writeFile(broken, (await readFile(path)).subarray(0, 60));
    const cases: [string[], RegExp][] = [
      [[out, join(folder, 'none.png')], /none\.png: there is no such file; expected a picture/],
      [[out, broken], /broken\.png: /],
      [[out, join(out, 'config.json')], /config\.json: the file is no picture that is known/],
      [[folder, path], /there is no .*config\.json; .*name the folder that "fovea train" printed/],
    ];
    for (const [args, pattern] of cases) {
      const { code, stdout, stderr } = await fovea(['predict', ...args]);
      assert.equal(code, 1);
      assert.match(stderr, pattern);
      assert.match(stderr, /^fovea: [^\n]*\n$/, 'one paragraph, no stack');
      assert.equal(stdout, '');
    }
  });

  test('--init starts from the weights of a saved network', async () => {
    const more = join(folder, 'more');
    const options = ['--epochs', '1', '--lr', '1e-4', '--init', out, '--out', more, '--json'];
    const { code, stdout, stderr } = await fovea(['train', 'lenet5', ...small, ...options]);
    assert.equal(code, 0, stderr);
    const before = JSON.parse(finished.stdout).trainLoss;
    assert.ok(JSON.parse(stdout).trainLoss < before + 0.1, `${stdout} after ${before}`);
  });
});

test('two runs with one seed agree to the bit, on one thread and on two', async () => {
  const run = async (name: string, ...options: string[]) => {
    const where = ['--epochs', '1', '--out', join(folder, name), '--json', '--quiet'];
    const { code, stdout, stderr } = await fovea([
      'train',
      'lenet5',
      ...small,
      ...where,
      ...options,
    ]);
    assert.equal(code, 0, stderr);
    assert.equal(stderr, '');
    const { trainLoss, testAccuracy } = JSON.parse(stdout);
    const { config } = await loadNetwork(join(folder, name));
    return { trainLoss, testAccuracy, sha256: config.weights?.sha256 };
  };
  const one = await run('one', '--threads', '1');
  assert.deepEqual(await run('two', '--threads', '2'), one);
  assert.notDeepEqual(await run('other', '--threads', '1', '--seed', '1'), one);
});

for (const [signal, exitCode] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  test(`${signal} finishes the step, saves, and says how to go on`, async () => {
    const out = join(folder, signal);
    let sent = false;
    const { code, stderr } = await fovea(
      ['train', 'lenet5', ...small, '--epochs', '10000', '--out', out],
      {
        onStderr: (text, child) => {
          if (sent || !/step \d+/.test(text)) return;
          sent = true;
          child.kill(signal);
        },
      },
    );
    assert.equal(code, exitCode, stderr);
    assert.match(stderr, /stopping after this step; once more stops at once/);
    assert.match(
      stderr,
      /stopped after step [\d,]+ of 300,000; the training as it is now is saved/,
    );
    assert.ok(stderr.includes(`to go on: npx fovea train --resume ${out}`), stderr);
    const { config, stateDict } = await loadNetwork(out);
    assert.equal(config.training.epochs, 10_000);
    assert.ok(stateDict['conv1.weight'].data.every(Number.isFinite));
  });
}

test('numbers that break down stop the training with the step, the place and the last good weights', async () => {
  const out = join(folder, 'nan');
  const options = ['--epochs', '1', '--lr', '1e30', '--schedule', 'constant', '--out', out];
  const { code, stdout, stderr } = await fovea(['train', 'lenet5', ...small, ...options, '--json']);
  assert.equal(code, 1, stderr);
  assert.equal(stdout, '');
  assert.match(
    stderr,
    /training stopped at step 2 \(epoch 1\): the output of \w+ \(\w+ .*\) became/,
  );
  assert.ok(stderr.includes(`saved in ${out}`), stderr);
  const { stateDict } = await loadNetwork(out);
  for (const { data } of Object.values(stateDict)) {
    assert.ok(
      data.every((value) => Math.abs(value) < 1),
      'the weights of the first step',
    );
  }
});

test('what is not understood ends with code 2 and the nearest name', async () => {
  const cases: [string[], RegExp][] = [
    [['trian', 'lenet5'], /unknown command 'trian'\n\(Did you mean train\?\)/],
    [['train'], /name the model to train, one of lenet5, .* or a run to go on with: --resume/],
    [['train', 'lenet'], /there is no model "lenet"; did you mean "lenet5"\?/],
    [['train', 'lenet5', '--data', 'minst'], /no data set "minst"; did you mean "mnist"\?/],
    [['train', 'lenet5', '--epoch', '3'], /unknown option '--epoch'\n\(Did you mean --epochs\?\)/],
    [['train', 'lenet5', '--optimizer', 'adm'], /'adm' is invalid\. Did you mean "adam"\?/],
    [['train', 'lenet5', '--epochs', '0'], /'0' is invalid\. Expected a whole number of 1 or more/],
    [['train', 'lenet5', '--lr', '0'], /'0' is invalid\. Expected a number greater than zero/],
    [['train', 'lenet5', '--lr', '1e39'], /'1e39' is invalid/],
    [['train', 'lenet5', '--size', '0'], /Expected a whole number of 1 or more/],
    [['train', 'lenet5', '--weight-decay', '-1'], /Expected a number of zero or more/],
    [['train', 'lenet5', '--augment', 'flop,crop'], /Did you mean "flip" for "flop"\?/],
    [['train', 'lenet5', '--data', 'cifar-10'], /did you mean "cifar10"\?/],
    [['predict', folder], /missing required argument 'image'/],
  ];
  const answers = await Promise.all(cases.map(([args]) => fovea(args, { cwd: folder })));
  answers.forEach(({ code, stdout, stderr }, i) => {
    assert.equal(code, 2, `${cases[i][0].join(' ')}: ${stderr}`);
    assert.match(stderr, cases[i][1]);
    assert.equal(stdout, '');
  });
  assert.ok(!existsSync(join(folder, 'runs')));
});

test('a folder that cannot be written is refused before the training', async () => {
  const file = join(folder, 'file');
  await writeFile(file, 'mine');
  const { code, stderr } = await fovea(['train', 'lenet5', ...small, '--out', join(file, 'x')]);
  assert.equal(code, 1);
  assert.match(stderr, /could not write .*file\/x: a part of the path is a file, not a folder/);
  assert.doesNotMatch(stderr, /epoch/);
  assert.equal(await readFile(file, 'utf8'), 'mine');
});

test('a wrong start leaves no folder behind', async () => {
  const cwd = await mkdtemp(join(folder, 'cwd-'));
  const options = ['--init', join(folder, 'nowhere')];
  const { code, stderr } = await fovea(['train', 'lenet5', ...small, ...options], { cwd });
  assert.equal(code, 1);
  assert.match(stderr, /there is no .*nowhere/);
  assert.deepEqual(await readdir(join(cwd, 'runs')), []);
});

test('help tells every command and option', async () => {
  const main = await fovea(['--help']);
  assert.equal(main.code, 0);
  for (const word of ['train', 'predict', 'Examples:']) assert.ok(main.stdout.includes(word), word);
  const train = await fovea(['train', '--help']);
  assert.equal(train.code, 0);
  for (const option of [
    'data',
    'epochs',
    'batch',
    'optimizer',
    'lr',
    'seed',
    'threads',
    'out',
    'json',
  ]) {
    assert.match(train.stdout, new RegExp(`--${option}\\b`));
  }
  const predict = await fovea(['predict', '--help']);
  assert.equal(predict.code, 0);
  assert.match(predict.stdout, /--json/);
  const version = await fovea(['--version']);
  assert.match(version.stdout, /^\d+\.\d+\.\d+\n$/);
});
