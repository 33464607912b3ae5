/** Compressed pictures: what comes out is what the rounded codes mean, in few bytes; wrong files are refused. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FormatError } from '../src/formats/index.js';
import { ValueError } from '../src/index.js';
import { pictureQuality } from '../src/inspect/index.js';
import {
  dequantise,
  nearestSteps,
  quantise,
  stepsOf,
  UNUSED,
} from '../src/latent/compression/code-steps.js';
import { decodeFile, encodeFile } from '../src/latent/compression/container.js';
import { compressPictures, decompressPictures } from '../src/latent/compression/index.js';
import { cosineCodec, latent, pixels, spots } from './cosine-codec.js';
import { enduresMutations } from './endures-mutations.js';
import { refuses } from './refusal.js';
import { sealed } from './sealed-file.js';

const codec = cosineCodec();
const classes = cosineCodec({ numClasses: 3 });
const pictures = spots(50);
const labels = Int32Array.from({ length: 50 }, (_, n) => n % 3);
const names = Array.from(
  { length: 50 },
  (_, n) => `spots/${n < 25 ? 'even' : 'ödd'}/spot-${n}.png`,
);

test('pictures are what the decoder makes of the rounded codes, bit for bit', () => {
  for (const count of [1, 2, 50]) {
    const given = pictures.subarray(0, count * pixels);
    const bytes = compressPictures(codec, given, { step: 3 });
    const { pictures: shown, codes } = decompressPictures(codec, bytes);
    assert.equal(shown.length, given.length);
    const file = decodeFile(bytes, codec, 'spots.fz');
    const rounded = dequantise(quantise(codec.encode(given), stepsOf(file)), stepsOf(file));
    assert.deepEqual(codes, rounded);
    assert.deepEqual(shown, codec.decode(rounded));
  }
});

test('a step is the grey levels that it moves pictures by, for any scale of codes', () => {
  const exact = codec.decode(codec.encode(pictures));
  for (const step of [0.05, 0.5, 3]) {
    const bytes = compressPictures(codec, pictures, { step });
    const { pictures: shown } = decompressPictures(codec, bytes);
    const { mse } = pictureQuality({ pictures: shown, originals: exact, shape: [1, 8, 8] });
    // Rounding moves a component by its step / sqrt(12), root mean square.
    const share = (255 * Math.sqrt(mse)) / (step * Math.sqrt(latent / 12));
    assert.ok(share > 0.85 && share < 1.15, `step ${step}: ${share} of the expected error`);
  }
});

test('a larger step is fewer bytes, and the usual one takes half a decibel', () => {
  const sizes = [0.5, 1, 2, 4, 8].map((step) => compressPictures(codec, pictures, { step }).length);
  assert.deepEqual(
    sizes,
    [...sizes].sort((a, b) => b - a),
  );
  const quality = (shown: Float32Array) =>
    pictureQuality({ pictures: shown, originals: pictures, shape: [1, 8, 8] }).psnr;
  const { pictures: shown } = decompressPictures(codec, compressPictures(codec, pictures));
  const lost = quality(codec.decode(codec.encode(pictures))) - quality(shown);
  assert.ok(lost > 0.2 && lost < 0.9, `${lost} dB`);
});

test('names and classes come back', () => {
  const bytes = compressPictures(classes, pictures, { labels, names });
  const read = decompressPictures(classes, bytes);
  assert.deepEqual(read.names, names);
  assert.deepEqual(read.labels, labels);
  assert.deepEqual(read.pictures, classes.decode(read.codes, labels));
  const without = compressPictures(classes, pictures, { labels });
  assert.equal(decompressPictures(classes, without).names, null);
  const perName = (bytes.length - without.length) / 50;
  assert.ok(perName < 3, `${perName} bytes a name: what repeats takes next to nothing`);
});

test('equal pictures in one class take a byte each, components that do nothing take none', () => {
  const same = new Float32Array(1000 * pixels);
  for (let n = 0; n < 1000; n++) same.set(pictures.subarray(0, pixels), n * pixels);
  const one = compressPictures(codec, same.subarray(0, pixels), { step: 2 });
  const thousand = compressPictures(codec, same, { step: 2 });
  assert.ok(thousand.length < 1150, `${thousand.length} bytes`);
  const decoded = decompressPictures(codec, thousand).pictures;
  assert.deepEqual(decoded.subarray(0, pixels), decoded.subarray(999 * pixels));
  assert.ok(one.length < 60, `${one.length} bytes`);
  const black = compressPictures(codec, new Float32Array(pixels), { step: 2 });
  assert.deepEqual([...new Set(decodeFile(black, codec, 'black.fz').classes)], [UNUSED]);
});

test('steps are held within a quarter of what is wanted, from tiny to huge', () => {
  for (const smallest of [1e-20, 0.37, 1, 3e9]) {
    const wanted = Float64Array.from({ length: 30 }, (_, k) => smallest * 1.37 ** k);
    stepsOf(nearestSteps(wanted)).forEach((step, k) => {
      const share = step / wanted[k];
      assert.ok(share > 0.8 && share < 1.25, `${share} of step ${k}`);
    });
  }
});

test('a file of today can be read for ever', () => {
  const stream = {
    base: { mantissa: 17, exponent: 121 },
    classes: Uint8Array.from({ length: latent }, (_, k) => (k === 5 ? UNUSED : k % 4)),
    numbers: Int32Array.from({ length: 3 * latent }, (_, i) =>
      i % latent === 5 ? 0 : ((i * 37) % 11) - 4 + (i === 20 ? 1000 : 0),
    ),
    labels: Int32Array.of(2, 0, 1),
  };
  const file = { ...stream, names: ['a/1.png', 'a/2.png', 'ü.png'] };
  const bytes = encodeFile(file, classes);
  assert.equal(Buffer.from(bytes).toString('hex'), GOLDEN);
  assert.deepEqual(decodeFile(Buffer.from(GOLDEN, 'hex'), classes, 'golden.fz'), file);
});

const GOLDEN =
  'f0667a01030123456789ab01080810031179cf1200182d81915bc51def68975e3a5b816c3851ab346f465e3f356ea4a7510a1eb880fb2efd6d3c62ffd855f8ecfa502c49d0e8333e49ee6aff048b7b27caee2773eca7e9d5a11413201d269dbd8509';

const bytes = compressPictures(classes, pictures, { labels, names });
const refused = (changed: Uint8Array, expected: RegExp, run = classes) =>
  assert.throws(
    () => decompressPictures(run, changed, { fileName: 'x.fz' }),
    (error: Error) => {
      assert.ok(error instanceof FormatError, `${error.stack}`);
      assert.match(error.message, /^x\.fz: /);
      assert.match(error.message, expected);
      return true;
    },
  );

test('every cut and every changed byte is refused', () => {
  for (let length = 0; length < bytes.length; length++) {
    refused(bytes.slice(0, length), /empty|begins with|ends after|checksum/);
  }
  for (let at = 0; at < bytes.length; at++) {
    const changed = bytes.slice();
    changed[at] ^= 1 + (at % 255);
    refused(changed, /begins with|version|checksum/);
  }
});

test('another model, another format and a newer version are refused', () => {
  const other = { ...classes, modelHash: 'fedcba9876543210'.repeat(4) };
  refused(bytes, /made with the model 0123456789ab….*which is fedcba987654…; give the run/, other);
  refused(new TextEncoder().encode('GIF89a......'), /begins with 47 49 46; expected .* f0 66 7a/);
  refused(sealed(Uint8Array.from(bytes, (v, i) => (i === 3 ? 2 : v))), /version 2 of the format/);
  const small = { ...classes, shape: [1, 4, 16] as const };
  refused(bytes, /8 rows at byte 12, but the model of runs\/cosines has 4/, small);
  refused(compressPictures(codec, pictures), /the flags at byte 4 are 0, not 2/);
});

/** Where the number of pictures stands: behind the mark, version, flags, hash and four numbers of a byte. */
const COUNT_AT = 15;

test('what a stranger made up is refused before memory is taken', () => {
  assert.equal(bytes[COUNT_AT], 50);
  const withCount = (...count: number[]) =>
    sealed(Uint8Array.from([...bytes.slice(0, COUNT_AT), ...count, ...bytes.slice(COUNT_AT + 1)]));
  refused(withCount(0xff, 0xff, 0xff, 0xff, 0x07), /number of pictures at byte 15 is 2147483647/);
  refused(withCount(0xff, 0xff, 0xff, 0xff, 0xff, 0xff), /at byte 15 has more than five bytes/);
  refused(withCount(0), /number of pictures at byte 15 is 0; a whole file has 1 to/);
  const plain = compressPictures(codec, pictures);
  const claimed = sealed(plain.map((value, i) => (i === COUNT_AT ? 127 : value)));
  const many = compressPictures(codec, new Float32Array(100 * pixels), { step: 2 });
  const more = sealed(many.map((value, i) => (i === COUNT_AT ? 103 : value)));
  refused(more, /100 bytes of codes at byte \d+ cannot be 103 pictures/, codec);
  // As many as the bytes may be: other pictures, but bounded ones.
  assert.equal(decompressPictures(codec, claimed).pictures.length, 127 * pixels);
});

for (const [name, problem] of Object.entries({
  '../a.png': 'is no path below a folder',
  '/etc/a.png': 'is no path below a folder',
  'a//b.png': 'is no path below a folder',
  'a/./b.png': 'is no path below a folder',
  '': 'is no path below a folder',
  'C:a.png': 'has a character',
  'a\\b.png': 'has a character',
  'a\0.png': 'has a character',
  [`${'a'.repeat(1030)}`]: 'has more than 1024 bytes',
})) {
  refuses(
    `the name ${JSON.stringify(name.slice(0, 20))} is refused when it is written`,
    () => compressPictures(codec, spots(1), { names: [name] }),
    { kind: ValueError, parts: ['the name', problem] },
  );
}

test('names that lead out of the folder are refused when they are read', () => {
  const honest = decodeFile(compressPictures(codec, spots(2)), codec, 'spots.fz');
  const named = (...given: string[]) => encodeFile({ ...honest, names: given }, codec);
  refused(named('../a.png', 'b'), /name 1, "\.\.\/a\.png", is no path below a folder/, codec);
  refused(named('a', '/b'), /name 2, "\/b", is no path/, codec);
  refused(named('a', 'b\n'), /name 2, .* has a character/, codec);
  refused(named('aa/b.png', 'aa/b.png'), /name 2, "aa\/b.png", is there twice/, codec);
  refused(named('a'.repeat(1030), 'b'), /name 1 has more than 1024 bytes/, codec);
});

test('damaged copies give pictures or a FormatError, with the right checksum as well', async () => {
  const files = new Map([
    ['classes.fz', bytes],
    ['plain.fz', compressPictures(classes, spots(5), { labels: labels.slice(0, 5) })],
  ]);
  const read = (changed: Uint8Array, name: string) =>
    decompressPictures(classes, changed, { fileName: name });
  const raw = await enduresMutations({ files, read, errors: [FormatError], count: 150 });
  assert.ok(raw.refusals > 130, JSON.stringify(raw));
  const deep = await enduresMutations({
    files,
    read: (changed, name) => read(sealed(changed), name),
    errors: [FormatError],
    count: 400,
  });
  assert.ok(deep.values > 50 && deep.refusals > 50, JSON.stringify(deep));
});

const calls: Record<string, [call: () => unknown, ...parts: string[]]> = {
  'no pictures': [() => compressPictures(codec, new Float32Array(0)), '0 numbers', '1 x 8 x 8'],
  'half a picture': [() => compressPictures(codec, new Float32Array(32)), '32 numbers'],
  'a step of 0': [() => compressPictures(codec, pictures, { step: 0 }), 'step is 0', 'more than 0'],
  'an endless step': [() => compressPictures(codec, pictures, { step: Infinity }), 'Infinity'],
  'too fine a step': [
    () => compressPictures(codec, pictures, { step: 1e-9 }),
    'no number of steps',
  ],
  'too few names': [() => compressPictures(codec, pictures, { names: ['a'] }), '1 different names'],
  'classes for a model without': [
    () => compressPictures(codec, pictures, { labels }),
    'no classes',
  ],
  'codes that are no numbers': [
    () => compressPictures(codec, new Float32Array(pixels).fill(Number.NaN), { step: 1 }),
    'the component NaN',
  ],
};
for (const [name, [call, ...parts]] of Object.entries(calls)) {
  refuses(`${name} is refused`, call, { kind: ValueError, parts });
}
