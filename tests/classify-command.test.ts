/** `fovea classify` and the opening of networks: published weights, runs and ONNX files, and what is none of them. */

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { numberList, withStatistics } from '../src/cli/given-statistics.js';
import { inputOf } from '../src/cli/network-picture.js';
import { openNetwork, openPictureNetwork } from '../src/cli/open-network.js';
import { readLabels } from '../src/cli/read-labels.js';
import { UsageError } from '../src/cli/usage.js';
import {
  decodeSafetensors,
  encodePng,
  encodeSafetensors,
  FormatError,
} from '../src/formats/index.js';
import { compile, type Tensor } from '../src/index.js';
import { createModel } from '../src/models/index.js';
import { manualSeed } from '../src/nn/index.js';
import { softmax } from '../src/ops/index.js';
import { saveNetwork } from '../src/train/index.js';
import { runFovea } from './run-fovea.js';

let folder = '';
const file = (name: string): string => join(folder, name);

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fovea-classify-'));
  manualSeed(3);
  const model = createModel('resnet20', { numClasses: 4 });
  const state = new Map(Object.entries(model.stateDict()));
  await writeFile(file('resnet20.safetensors'), encodeSafetensors(state));
  const data = Uint8Array.from({ length: 40 * 50 * 3 }, (_, i) => (i * 29) % 256);
  const picture = encodePng({ width: 50, height: 40, channels: 3, data });
  await writeFile(file('picture.png'), picture);
  await saveNetwork(model, {
    folder,
    savedBy: 'the tests',
    model: { name: 'resnet20', options: { numClasses: 4 } },
    data: {
      ...{ name: 'colours', classes: ['red', 'green', 'blue', 'grey'], shape: [3, 32, 32] },
      ...{ mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
    },
    training: {},
  });
});
after(() => rm(folder, { recursive: true, force: true }));

const classify = (...args: string[]) => runFovea(['classify', ...args]);

test('a model’s name with weights and a run’s folder give one answer; labels name it', async () => {
  await writeFile(file('labels.json'), '["a", "b", "c", "d"]');
  const picture = file('picture.png');
  const named = ['--model', 'resnet20', '--weights', file('resnet20.safetensors'), '--json'];
  const one = await classify(picture, ...named, '--labels', file('labels.json'), '--top', '2');
  assert.equal(one.code, 0, one.stderr);
  const { network, predictions } = JSON.parse(one.stdout);
  assert.equal(network, 'resnet20');
  const [prediction] = predictions;
  assert.equal(prediction.file, picture);
  assert.equal(prediction.top.length, 2);
  assert.equal(prediction.label, 'abcd'[prediction.top[0].index]);
  assert.deepEqual(prediction.notes, [
    'resized from 50 x 40 to 32 on the shorter side',
    'cropped to the middle 32 x 32',
  ]);
  const other = await classify(picture, '--model', folder, '--json');
  assert.equal(other.code, 0, other.stderr);
  const [same] = JSON.parse(other.stdout).predictions;
  assert.equal(same.label, ['red', 'green', 'blue', 'grey'][prediction.top[0].index]);
  assert.equal(same.probability, prediction.probability);
  assert.equal(same.top.length, 4);
  const shown = await classify(picture, '--model', folder);
  assert.match(shown.stdout, new RegExp(`picture\\.png: ${same.label}  \\d+\\.\\d %\n`));
  const unnamed = await classify(picture, ...named);
  assert.equal(JSON.parse(unnamed.stdout).predictions[0].label, `class ${same.top[0].index}`);
  const washed = await classify(picture, ...named, '--mean', '0,0,0', '--std', '9,9,9');
  assert.notEqual(JSON.parse(washed.stdout).predictions[0].probability, same.probability);
});

describe('what cannot be used is refused with what to do instead', () => {
  const refused: [string, string[], RegExp, number][] = [
    ['no model', ['resnet21', '--weights', 'w'], /there is no network "resnet21".*"resnet20"\?/, 2],
    ['no weights', ['resnet20'], /resnet20 alone has random weights; .*--weights FILE/, 2],
    ['weights alone', ['w.safetensors'], /which do not tell the network; name the model/, 2],
    ['no file of weights', ['resnet20', '--weights', 'none.safetensors'], /none\.safetensors: /, 1],
    ['another file', [join('src', 'index.ts')], /index\.ts is no network; expected a run's/, 2],
    ['statistics', ['resnet20', '--weights', 'W', '--mean', '1'], /--mean is 1; expected 3 /, 2],
    ['words', ['resnet20', '--mean', 'a'], /Expected numbers with commas/, 2],
    [
      'labels',
      ['resnet20', '--weights', 'W', '--labels', 'L'],
      /it names 2 classes; expected 4,/,
      1,
    ],
  ];
  for (const [name, args, pattern, exit] of refused) {
    test(name, async () => {
      await writeFile(file('two.txt'), 'one\ntwo\n');
      const places: Record<string, string> = { W: 'resnet20.safetensors', L: 'two.txt' };
      const given = args.map((arg) => (places[arg] ? file(places[arg]) : arg));
      const { code, stdout, stderr } = await classify(file('picture.png'), '--model', ...given);
      assert.match(stderr, pattern);
      assert.equal(code, exit);
      assert.equal(stdout, '');
      assert.doesNotMatch(stderr, /\n\s+at /, 'no stack');
    });
  }

  test('weights beside a run, and a folder without one', async () => {
    const weights = file('resnet20.safetensors');
    await assert.rejects(
      openNetwork(folder, { weights }),
      /--weights goes with the name of a model/,
    );
    await assert.rejects(openNetwork(tmpdir()), FormatError);
  });
});

test('labels are read from lines, WordNet’s lines, arrays and Keras’s objects', async () => {
  const read = async (text: string, count: number) => {
    await writeFile(file('labels'), text);
    return readLabels(file('labels'), count);
  };
  assert.deepEqual(await read('cat\r\ndog\r\n\n', 2), ['cat', 'dog']);
  assert.deepEqual(await read('n02123045 tabby, tabby cat\nn02123394 Persian cat\n', 2), [
    'tabby, tabby cat',
    'Persian cat',
  ]);
  assert.deepEqual(await read(' ["cat", "dog"]', 2), ['cat', 'dog']);
  const eleven = Array.from({ length: 11 }, (_, i) => [String(i), [`n0000000${i}`, `name ${i}`]]);
  const keras = await read(JSON.stringify(Object.fromEntries(eleven.reverse())), 11);
  assert.deepEqual([keras[2], keras[10]], ['name 2', 'name 10']);
  await assert.rejects(read('["cat", 3]', 2), /entry 1 is no name in its place: 3/);
  await assert.rejects(read('{"0": "cat", "2": "dog"}', 2), /entry 2 is no name in its place/);
  await assert.rejects(read('["cat"', 1), /begins as JSON but is none/);
  await assert.rejects(readLabels(file('none'), 2), /there is no such file/);
});

test('the tensors of a file tell how many classes and which heads the model has', async () => {
  for (const auxiliary of [false, true]) {
    const model = createModel('googlenet', { auxiliary, numClasses: 7 });
    const path = file('google.safetensors');
    await writeFile(path, encodeSafetensors(new Map(Object.entries(model.stateDict()))));
    const opened = await openNetwork('googlenet', { weights: path });
    assert.equal(opened.model.parameters().length, model.parameters().length);
    assert.equal(opened.model.training, false);
  }
});

test('statistics that are given replace the network’s own', async () => {
  const network = await openPictureNetwork(folder, {});
  assert.equal(withStatistics(network, {}), network);
  const { preprocessing } = withStatistics(network, { mean: numberList('0.5, 0.25,0') }).pictures;
  assert.deepEqual(preprocessing.mean, [0.5, 0.25, 0]);
  assert.deepEqual(preprocessing.std, [0.229, 0.224, 0.225]);
  assert.throws(() => withStatistics(network, { std: [1, 0, 1] }), UsageError);
});

const data = process.env.FOVEA_DATA ?? '';
const weights = join(data, 'googlenet', 'googlenet-bvlc-f16.safetensors');
const skip = !existsSync(weights) && 'needs FOVEA_DATA with googlenet/';

describe('GoogLeNet with the weights that the authors of Caffe trained', { skip }, () => {
  test('two photos have the probabilities that are expected of them', async () => {
    const { model, pictures, title } = await openPictureNetwork('googlenet', { weights });
    assert.equal(title, 'googlenet_2014');
    const path = join(data, 'googlenet', 'expected.safetensors');
    const { tensors } = decodeSafetensors(await readFile(path), path);
    const run = compile((input: Tensor) => softmax(model.call(input), 1));
    for (const photo of ['chelsea', 'coffee']) {
      const bytes = tensors.get(`${photo}.input_rgb_u8_hwc`)!.data as Uint8Array;
      const seen = { width: 224, height: 224, channels: 3, data: bytes };
      const found = run(inputOf(seen, pictures)).data();
      const expected = tensors.get(`${photo}.probability`)!.data;
      assert.equal(found.length, 1000);
      expected.forEach((value, i) => {
        assert.ok(Math.abs(value - found[i]) < 1e-3, `${photo}: class ${i} has ${found[i]}`);
      });
    }
  });

  test('the cat is an Egyptian cat and the coffee espresso', async () => {
    const photos = ['chelsea', 'coffee'].map((name) => join(data, 'photos', `${name}.png`));
    const labels = join(data, 'googlenet', 'synset_words.txt');
    const options = ['--model', 'googlenet', '--weights', weights, '--labels', labels, '--json'];
    const { code, stdout, stderr } = await classify(...photos, ...options);
    assert.equal(code, 0, stderr);
    const { predictions } = JSON.parse(stdout);
    assert.deepEqual(
      predictions.map(({ label }: { label: string }) => label),
      ['Egyptian cat', 'espresso'],
    );
  });
});
