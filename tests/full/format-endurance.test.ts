/** 22,000 damaged files of all formats give a value or an error: no crash, no hang, no flood, whatever is done to them. */

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { decodeImage, FormatError, loadOnnx } from '../../src/formats/index.js';
import { ValueError } from '../../src/index.js';
import { enduresMutations } from '../endures-mutations.js';
import { type EnduranceCase, enduranceCases, fixtures, readWeights } from '../format-endurance.js';
import { writeModel } from '../onnx-writer.js';

const namesIn = (folder: string, pattern: RegExp): string[] =>
  readdirSync(new URL(`../../../tests/fixtures/${folder}/`, import.meta.url))
    .filter((name) => pattern.test(name))
    .map((name) => `${folder}/${name}`);

const pictures = (name: string, pattern: RegExp): EnduranceCase => ({
  name,
  files: fixtures(...namesIn('images', pattern)),
  read: decodeImage,
  errors: [FormatError],
});

const onnx = writeModel({
  inputs: { x: ['float32', 'N', 2, 8, 8] },
  initializers: [
    { name: 'w', dims: [4, 2, 3, 3], values: Array.from({ length: 72 }, (_, i) => Math.sin(i)) },
    { name: 'b', type: 'float16', dims: [4], raw: Uint8Array.of(0, 60, 0, 64, 0, 66, 0, 68) },
    { name: 'shape', type: 'int64', dims: [2], values: [0, -1] },
  ],
  nodes: [
    {
      operator: 'Conv',
      inputs: ['x', 'w'],
      outputs: ['c'],
      attributes: { pads: { ints: [1, 1, 1, 1] }, auto_pad: { string: 'NOTSET' } },
    },
    { operator: 'Relu', inputs: ['c'], outputs: ['r'] },
    { operator: 'Reshape', inputs: ['r', 'shape'], outputs: ['flat'] },
    { operator: 'Softmax', inputs: ['flat'], outputs: ['y'], attributes: { axis: { int: 1 } } },
  ],
  outputs: ['y'],
});

const cases: readonly EnduranceCase[] = [
  ...enduranceCases,
  {
    name: 'PyTorch',
    files: fixtures(...namesIn('torch', /(?<!refused-.*)\.pt$/)),
    read: readWeights,
    errors: [FormatError],
  },
  {
    name: 'ONNX',
    files: new Map([['a.onnx', onnx]]),
    read: loadOnnx,
    errors: [FormatError, ValueError],
  },
  pictures('JPEG', /(?<!arithmetic)\.jpg$/),
  pictures('PNG with palettes, 16 bits and interlacing', /\.png$/),
  pictures('GIF, BMP and WebP', /\.(gif|bmp|webp)$/),
];

for (const { name, ...endurance } of cases) {
  test(`2,000 damaged ${name} files are read or refused`, async () => {
    const { values, refusals } = await enduresMutations({ ...endurance, count: 2000, seed: 2 });
    assert.ok(values > 0, 'some damage does not matter');
    assert.ok(refusals > 0, 'some damage does');
  });
}
