/** The transforms of pictures beyond flips and padded crops: what each does to pixels. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  centerCropTransform,
  colorJitter,
  createTransform,
  cutout,
  DataLoader,
  elasticDistortion,
  type ImageDataset,
  type PlanesShape,
  randomCrop,
  randomResizedCrop,
  resize,
  rotation,
  type Transform,
  verticalFlip,
} from '../src/data/index.js';
import { Mixup } from '../src/data/transforms/mixup.js';
import { centerCrop, resizeImage } from '../src/formats/index.js';
import { ValueError } from '../src/graph/errors.js';
import { Philox } from '../src/random/philox.js';

const shape: PlanesShape = [3, 8, 10];
const source = Uint8Array.from({ length: 240 }, (_, i) => (i * 37) % 256);

function changed(
  transform: Transform,
  {
    seed = 0,
    from = source,
    of = shape,
  }: { seed?: number; from?: Uint8Array; of?: PlanesShape } = {},
): Uint8Array {
  const [c, h, w] = transform.outputShape?.(of) ?? of;
  const target = new Uint8Array(c * h * w).fill(77);
  transform.apply(from, target, { shape: of, random: new Philox(seed) });
  return target;
}

/** [C, H, W] -> [H, W, C] */
const interleaved = (planes: Uint8Array, [channels, height, width]: PlanesShape) => ({
  ...{ width, height, channels },
  data: Uint8Array.from(
    planes,
    (_, i) => planes[(i % channels) * height * width + Math.floor(i / channels)],
  ),
});

test('resizing and cropping agree with those of whole pictures', () => {
  const picture = interleaved(source, shape);
  const small = changed(resize({ height: 5, width: 4 }));
  assert.deepEqual(
    interleaved(small, [3, 5, 4]).data,
    resizeImage(picture, { height: 5, width: 4 }).data,
  );
  assert.deepEqual(resize({ shorterSide: 4 }).outputShape?.(shape), [3, 4, 5]);
  assert.deepEqual(changed(resize({ shorterSide: 4 })), changed(resize({ height: 4, width: 5 })));
  for (const size of [
    { height: 3, width: 5 },
    { height: 11, width: 13 },
  ]) {
    const crop = changed(centerCropTransform(size));
    assert.deepEqual(
      interleaved(crop, [3, size.height, size.width]).data,
      centerCrop(picture, size).data,
    );
  }
});

test('a random crop is a part of the picture, and every part is drawn', () => {
  const places = new Set<number>();
  for (let seed = 0; seed < 300; seed++) {
    const crop = changed(randomCrop({ height: 6, width: 8 }), { seed });
    const place = source.indexOf(crop[0]);
    places.add(place);
    assert.equal(crop[9], source[place + 11]);
    assert.equal(crop[48], source[place + 80]);
  }
  assert.equal(places.size, 9);
  const larger = changed(randomCrop({ height: 8, width: 20, fill: 9 }), { seed: 3 });
  assert.equal(
    larger.filter((value) => value === 9).length,
    240 + source.filter((v) => v === 9).length,
  );
});

test('a random resized crop of the whole picture is the resized picture', () => {
  const size = { height: 6, width: 5 };
  const whole = randomResizedCrop({ ...size, scale: [1, 1], ratio: [1.25, 1.25] });
  assert.deepEqual(changed(whole), changed(resize(size)));
  const results = new Set<string>();
  for (let seed = 0; seed < 20; seed++)
    results.add(changed(randomResizedCrop(size), { seed }).join());
  assert.ok(results.size > 15);
  // A part that fits nowhere is the middle.
  assert.equal(changed(randomResizedCrop({ ...size, ratio: [9, 9] })).length, 90);
});

test('a vertical flip turns rows around, channel by channel', () => {
  const turned = changed(verticalFlip({ probability: 1 }));
  assert.deepEqual(turned.subarray(0, 10), source.subarray(70, 80));
  assert.deepEqual(turned.subarray(230), source.subarray(160, 170));
  assert.deepEqual(changed(verticalFlip({ probability: 0 })), source);
});

test('a rotation by nothing changes nothing, and a half turn exchanges corners', () => {
  assert.deepEqual(changed(rotation({ degrees: 0 })), source);
  // A generator whose first number is the end of the range.
  const random = { uniform: () => 0 } as unknown as Philox;
  const target = new Uint8Array(240);
  rotation({ degrees: 180 }).apply(source, target, { shape, random });
  const reversed = [0, 1, 2].flatMap((c) => [...source.subarray(c * 80, c * 80 + 80)].reverse());
  assert.deepEqual([...target], reversed);
  rotation({ degrees: 90, fill: 5 }).apply(source, target, { shape, random });
  assert.equal(target[0], 5);
});

test('an elastic distortion moves pixels a little and alike', () => {
  const of: PlanesShape = [1, 28, 28];
  const ramp = Uint8Array.from({ length: 784 }, (_, i) => 8 * (i % 28));
  assert.deepEqual(changed(elasticDistortion({ alpha: 0 }), { from: ramp, of }), ramp);
  const moved = changed(elasticDistortion(), { from: ramp, of, seed: 4 });
  const shifts = Array.from(moved, (value, i) => value / 8 - (i % 28));
  const inside = shifts.filter((_, i) => i % 28 > 3 && i % 28 < 24);
  assert.ok(Math.max(...inside.map(Math.abs)) > 0.25 && Math.max(...inside.map(Math.abs)) < 4);
  const steps = inside.slice(1).map((shift, i) => Math.abs(shift - inside[i]));
  assert.ok(Math.max(...steps.filter((_, i) => i % 20 !== 19)) < 0.6);
});

test('colour jitter keeps what it should', () => {
  const none = { brightness: 0, contrast: 0, saturation: 0, hue: 0 };
  assert.deepEqual(changed(colorJitter(none)), source);
  const grey = Uint8Array.from({ length: 240 }, (_, i) => i % 80);
  const light = changed(colorJitter({ ...none, brightness: 1 }), { from: grey, seed: 5 });
  const factor = light[79] / 79;
  assert.ok(Math.abs(factor - 1) > 0.05);
  for (let i = 0; i < 80; i++) assert.ok(Math.abs(light[i] - factor * i) <= 1);
  // Neither hue nor saturation touches grey.
  assert.deepEqual(
    changed(colorJitter({ ...none, saturation: 1, hue: 0.5 }), { from: grey }),
    grey,
  );
  // A third of a turn makes red green or blue; the spread of the channels stays.
  const turned = changed(colorJitter({ ...none, hue: 0.5 }), { seed: 2 });
  assert.notDeepEqual(turned, source);
  for (let i = 0; i < 80; i++) {
    const of = (pixels: Uint8Array) => [pixels[i], pixels[i + 80], pixels[i + 160]];
    assert.ok(Math.abs(Math.max(...of(turned)) - Math.max(...of(source))) <= 1);
    assert.ok(Math.abs(Math.min(...of(turned)) - Math.min(...of(source))) <= 1);
  }
});

test('a cutout blanks one square in all channels', () => {
  const white = new Uint8Array(240).fill(255);
  for (let seed = 0; seed < 50; seed++) {
    const result = changed(cutout({ size: 4 }), { seed, from: white });
    const holes = [0, 1, 2].map(
      (c) => result.subarray(80 * c, 80 * c + 80).filter((v) => v === 0).length,
    );
    assert.ok(holes[0] >= 4 && holes[0] <= 16);
    assert.deepEqual(holes, [holes[0], holes[0], holes[0]]);
  }
});

test('a mixup draws its shares from Beta(alpha, alpha)', () => {
  for (const alpha of [0.2, 1, 4]) {
    const mixup = new Mixup(alpha, { seed: 1, length: 50 });
    const draws = Array.from({ length: 4000 }, (_, picture) => mixup.choose({ epoch: 3, picture }));
    const mean = draws.reduce((sum, { share }) => sum + share / 4000, 0);
    const variance = draws.reduce((sum, { share }) => sum + (share - mean) ** 2 / 4000, 0);
    assert.ok(Math.abs(mean - 0.5) < 0.03);
    assert.ok(Math.abs(variance - 1 / (4 * (2 * alpha + 1))) < 0.01, `${alpha}: ${variance}`);
    assert.equal(new Set(draws.map(({ other }) => other)).size, 50);
    assert.deepEqual(mixup.choose({ epoch: 3, picture: 7 }), draws[7]);
  }
  assert.throws(() => new Mixup(0, { seed: 1, length: 5 }), ValueError);
});

test('a loader serves pictures of the size that its transforms make', () => {
  const dataset: ImageDataset = {
    ...{ name: 'two', classes: ['a', 'b'], shape, length: 2 },
    images: Uint8Array.from([...source, ...source]),
    labels: Uint8Array.of(0, 1),
  };
  const transforms = [
    resize({ height: 4, width: 6 }),
    centerCropTransform({ height: 4, width: 4 }),
  ];
  const [batch] = new DataLoader(dataset, { batchSize: 2, transforms }).epoch(0);
  assert.deepEqual(batch.shape, [2, 3, 4, 4]);
  const expected = changed(transforms[1], { from: changed(transforms[0]), of: [3, 4, 6] });
  assert.deepEqual(batch.images, Uint8Array.from([...expected, ...expected]));
});

test('a transform is made again from its name and options', () => {
  const all = [
    ...[rotation({ degrees: 40, fill: 3 }), elasticDistortion({ alpha: 20 }), cutout({ size: 3 })],
    ...[colorJitter({ hue: 0.3 }), randomCrop({ height: 3, width: 4 }), resize({ shorterSide: 5 })],
    ...[randomResizedCrop({ height: 3, width: 4, scale: [0.5, 0.7] }), verticalFlip()],
    ...[centerCropTransform({ height: 3, width: 20 })],
  ];
  for (const transform of all) {
    const again = createTransform(transform.name, structuredClone(transform.options));
    for (const seed of [1, 2, 3])
      assert.deepEqual(changed(again, { seed }), changed(transform, { seed }));
  }
  assert.throws(() => createTransform('resize'), /there is no transform "resize" without options/);
});

test('options out of range are refused', () => {
  assert.throws(() => resize({ height: 4 }), /pass either height and width, or shorterSide/);
  assert.throws(
    () => resize({ shorterSide: 0 }),
    /shorterSide is 0; expected a whole number from 1/,
  );
  assert.throws(() => rotation({ degrees: 200 }), /degrees is 200; expected 0 to 180/);
  assert.throws(() => colorJitter({ hue: 0.6 }), /hue is 0.6; expected 0 to 0.5/);
  assert.throws(() => elasticDistortion({ sigma: 0 }), ValueError);
  assert.throws(() => cutout({ size: 1.5 }), ValueError);
  assert.throws(() => randomResizedCrop({ height: 4, width: 4, scale: [1, 0.5] }), ValueError);
});
