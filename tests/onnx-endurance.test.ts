/** Damaged copies of ONNX files are read or refused: no crash, no hang, no flood, and no file outside the folder. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { bytesSource } from '../src/formats/byte-source.js';
import { FormatError, loadOnnx, openOnnx } from '../src/formats/index.js';
import { ValueError } from '../src/index.js';
import { enduresMutations } from './endures-mutations.js';
import { type GraphToWrite, type ModelToWrite, writeModel } from './onnx-writer.js';

const folder = new URL('../../tests/fixtures/onnx/', import.meta.url);
const exported = new Map(
  readdirSync(folder)
    .filter((name) => name.endsWith('.onnx'))
    .map((name) => [name, new Uint8Array(readFileSync(new URL(name, folder)))]),
);

const branch = (operator: string): { graph: GraphToWrite } => ({
  graph: {
    nodes: [{ operator, inputs: ['x', 'w'], outputs: ['b'] }],
    initializers: [{ name: 'own', dims: [2, 2], values: [1, 2, 3, 4] }],
    outputs: ['b'],
  },
});

/** What exported networks lack: values beside the file, bodies, functions, every kind of element. */
const written: ModelToWrite = {
  nodes: [
    {
      operator: 'If',
      inputs: ['c'],
      attributes: { then_branch: branch('Add'), else_branch: branch('Sub') },
      outputs: ['h'],
    },
    { operator: 'scaled', domain: 'own', inputs: ['h'], attributes: { by: { float: 3 } } },
  ],
  inputs: { x: ['float32', 2], c: ['bool'] },
  initializers: [
    { name: 'w', dims: [2], external: { location: 'w.bin', offset: '4', length: '8' } },
    { name: 'q', type: 'int4', dims: [3], raw: Uint8Array.of(0x21, 0x03) },
    { name: 'h16', type: 'float16', dims: [2], values: [0x3c00, 0x4000] },
    { name: 'i64', type: 'int64', dims: [3], values: [1, -2, 2 ** 40] },
    { name: 'u', type: 'uint64', dims: [2], values: [1, 2 ** 50] },
    { name: 'd', type: 'float64', dims: [2], values: [1, 2], unpacked: true },
  ],
  functions: [
    {
      name: 'scaled',
      domain: 'own',
      inputs: ['a'],
      outputs: ['b'],
      nodes: [
        {
          operator: 'LeakyRelu',
          inputs: ['a'],
          outputs: ['l'],
          attributes: { alpha: { reference: 'by' } },
        },
        { operator: 'Mul', inputs: ['l', 'l'], outputs: ['b'] },
      ],
    },
  ],
};
const large: ModelToWrite = {
  nodes: [{ operator: 'Add', inputs: ['x', 'w'] }],
  initializers: [{ name: 'w', dims: [5000], values: Array.from({ length: 5000 }, (_, i) => i) }],
  inputs: { x: ['float32', 5000] },
};

const asked = new Set<string>();
const openExternal = async (location: string) => {
  asked.add(location);
  return bytesSource(new Uint8Array(64), location);
};

const errors = [FormatError, ValueError];

describe('damaged ONNX files', () => {
  test('that are in memory', async () => {
    const { values, refusals } = await enduresMutations({
      files: exported,
      read: loadOnnx,
      errors,
      count: 2000,
      seed: 3,
    });
    assert.ok(values > 0 && refusals > 0, `${values} read, ${refusals} refused`);
  });

  test('that are opened piece by piece, with values in other files', async () => {
    const files = new Map([
      ['written.onnx', writeModel(written)],
      ['large.onnx', writeModel(large)],
    ]);
    const read = (bytes: Uint8Array, name: string) =>
      openOnnx(bytesSource(bytes, name), { openExternal });
    const { values, refusals } = await enduresMutations({
      files,
      read,
      errors,
      count: 2000,
      seed: 4,
    });
    assert.ok(values > 0 && refusals > 0, `${values} read, ${refusals} refused`);
    for (const location of asked) {
      assert.doesNotMatch(location, /^[/\\]|(^|[/\\])\.\.([/\\]|$)|^[a-z]:/i);
    }
  });
});
