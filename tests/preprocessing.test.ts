/** Preprocessing: the sizes, channels and numbers that networks expect, kept with those that were trained. */

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { decodePng, decodeSafetensors, type ImagePixels } from '../src/formats/index.js';
import { tensor } from '../src/index.js';
import { modelNames, usualPreprocessing } from '../src/models/index.js';
import { usualInput } from '../src/models/usual-input.js';
import { Flatten, Linear, Sequential } from '../src/nn/index.js';
import {
  cropPicture,
  loadNetwork,
  normalize,
  type Preprocessing,
  planesOf,
  preprocessingFor,
  saveNetwork,
} from '../src/train/index.js';

const data = process.env.FOVEA_DATA ?? '';

/** A picture whose bytes say where they are. */
function chequered(width: number, height: number, channels: number): ImagePixels {
  const bytes = Uint8Array.from({ length: width * height * channels }, (_, i) => (i * 37) % 251);
  return { width, height, channels, data: bytes };
}

test('every network has a crop of its usual size, and numbers for each channel', () => {
  for (const name of modelNames()) {
    const { crop, resize, mean, std, channels } = usualPreprocessing(name);
    const [count, ...size] = usualInput(name);
    assert.deepEqual([...crop], size, name);
    assert.deepEqual([mean.length, std.length], [count, count], name);
    assert.equal(channels, count === 1 ? 'grey' : 'rgb', name);
    assert.ok(typeof resize !== 'number' || resize >= Math.max(...crop), name);
  }
  assert.deepEqual(usualPreprocessing('resnet50'), {
    ...{ resize: 256, crop: [224, 224], interpolation: 'bilinear', channels: 'rgb' },
    ...{ mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  });
  assert.equal(usualPreprocessing('inception_v3').resize, 342);
});

test('BVLC GoogLeNet takes bytes less the mean', () => {
  const bytes = tensor(Uint8Array.from([255, 117, 0]), [1, 3, 1, 1]);
  const input = normalize(bytes, usualPreprocessing('googlenet_2014')).data();
  [255 - 123, 0, -104].forEach((value, i) => {
    assert.ok(Math.abs(input[i] - value) < 1e-4, `channel ${i} is ${input[i]}`);
  });
});

test('the shorter side is resized and the middle cut out; a pair of sizes squeezes', () => {
  const image = chequered(40, 30, 3);
  const usual: Preprocessing = { ...usualPreprocessing('resnet20'), resize: 15, crop: [10, 12] };
  const { width, height, channels } = cropPicture(image, usual);
  assert.deepEqual([height, width, channels], [10, 12, 3]);
  const plain = cropPicture(image, { ...usual, resize: 30, crop: [30, 30] });
  const middle = image.data.subarray((7 * 40 + 5) * 3, (7 * 40 + 35) * 3);
  assert.deepEqual(plain.data.subarray(7 * 90, 8 * 90), middle);
  const squeezed = cropPicture(image, { ...usual, resize: [10, 12], crop: [10, 12] });
  assert.deepEqual([squeezed.height, squeezed.width], [10, 12]);
  const whole = (bytes: Uint8Array) => bytes.reduce((sum, byte) => sum + byte, 0) / bytes.length;
  assert.ok(Math.abs(whole(squeezed.data) - whole(image.data)) < 2, 'all of it is there');
});

test('grey is shown in three channels, colours as luminance, and what is transparent white', () => {
  const colour = { ...usualPreprocessing('resnet20'), resize: 1, crop: [1, 1] } as const;
  const grey = { ...colour, channels: 'grey' } as const;
  const pixel = (bytes: number[], preprocessing: Preprocessing) => {
    const picture = { width: 1, height: 1, channels: bytes.length, data: Uint8Array.from(bytes) };
    return [...cropPicture(picture, preprocessing).data];
  };
  assert.deepEqual(pixel([7], colour), [7, 7, 7]);
  assert.deepEqual(pixel([200, 100, 50], grey), [Math.round(59.8 + 58.7 + 5.7)]);
  assert.deepEqual(pixel([200, 100, 50, 0], colour), [255, 255, 255]);
  assert.deepEqual(pixel([200, 100, 50, 51], colour), [244, 224, 214]);
  assert.deepEqual(pixel([100, 0], grey), [255]);
});

test('planes are in the network’s order of channels', () => {
  const pixels = { width: 2, height: 1, channels: 3, data: Uint8Array.from([1, 2, 3, 4, 5, 6]) };
  assert.deepEqual([...planesOf(pixels, { channels: 'rgb' })], [1, 4, 2, 5, 3, 6]);
  assert.deepEqual([...planesOf(pixels, { channels: 'bgr' })], [3, 6, 2, 5, 1, 4]);
  assert.throws(() => planesOf(pixels, { channels: 'grey' }), /has 3 channels.*takes 1/);
});

test('a saved network keeps its preprocessing; older ones have that of their pictures', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fovea-preprocessing-'));
  try {
    const model = new Sequential(new Flatten(), new Linear(12, 2));
    const pictures = { name: 'mnist', shape: [1, 3, 4], mean: [0.5], std: [0.25] } as const;
    const description = {
      ...{ folder, savedBy: 'the tests', model: { name: 'linear', options: {} }, training: {} },
      data: { ...pictures, classes: ['a', 'b'] },
    };
    await saveNetwork(model, description);
    assert.deepEqual((await loadNetwork(folder)).preprocessing, {
      ...{ resize: [3, 4], crop: [3, 4], interpolation: 'bilinear', channels: 'grey' },
      ...{ framing: 'digit', mean: [0.5], std: [0.25] },
    });
    const own: Preprocessing = {
      ...preprocessingFor(pictures),
      interpolation: 'bicubic',
      resize: 5,
    };
    await saveNetwork(model, { ...description, preprocessing: own });
    assert.deepEqual((await loadNetwork(folder)).preprocessing, own);
    const path = join(folder, 'config.json');
    const config = JSON.parse(await readFile(path, 'utf8'));
    const { preprocessing: _, ...older } = config;
    await writeFile(path, JSON.stringify(older));
    assert.deepEqual((await loadNetwork(folder)).preprocessing, preprocessingFor(pictures));
    const wrong = [
      ...[{ resize: 0 }, { resize: [3] }, { crop: [4, 3] }, { interpolation: 'area' }],
      ...[{ channels: 'rgb' }, { framing: 'none' }, { mean: [0.5, 0.5] }, { std: [0] }],
    ];
    for (const part of wrong) {
      const broken = { ...config, preprocessing: { ...own, ...part } };
      await writeFile(path, JSON.stringify(broken));
      const refused = /"preprocessing" is missing or not as expected/;
      await assert.rejects(loadNetwork(folder), refused, JSON.stringify(part));
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

const googlenet = join(data, 'googlenet', 'expected.safetensors');
const skip = !existsSync(googlenet) && 'needs FOVEA_DATA with googlenet/';

test('a photo becomes the very bytes that GoogLeNet was given', { skip }, async () => {
  const photo = join(data, 'photos', 'coffee.png');
  const image = decodePng(await readFile(photo), photo);
  const seen = cropPicture(image, usualPreprocessing('googlenet_2014'));
  const { tensors } = decodeSafetensors(await readFile(googlenet), googlenet);
  assert.deepEqual(seen.data, tensors.get('coffee.input_rgb_u8_hwc')?.data);
});
