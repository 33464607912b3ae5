/** Saved networks: what is saved is loaded again, damage is noticed, a full disk costs nothing. */

import assert from 'node:assert/strict';
import * as nodeFiles from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { type FileSystem, FormatError, WriteError } from '../src/formats/index.js';
import { ones, tensor } from '../src/index.js';
import { Dropout, Flatten, Linear, type Module, manualSeed, Sequential } from '../src/nn/index.js';
import {
  classify,
  loadNetwork,
  type NetworkDescription,
  openRunFolder,
  saveNetwork,
} from '../src/train/index.js';

const { mkdir, mkdtemp, readdir, readFile, rm, writeFile } = nodeFiles;
const description: NetworkDescription = {
  savedBy: 'the tests',
  model: { name: 'linear', options: { numClasses: 2 } },
  data: { name: 'pixels', classes: ['a', 'b'], shape: [1, 1, 3], mean: [0.5], std: [0.25] },
  training: { epochs: 1 },
};
let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fovea-saved-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function linear(seed: number): Module {
  manualSeed(seed);
  return new Sequential(new Flatten(), new Linear(3, 2));
}

/** A disk that is full when a file whose name ends with `name` is written. */
function fullDiskAt(name: string): FileSystem {
  return {
    ...nodeFiles,
    async open(path, flags, mode) {
      const handle = await nodeFiles.open(path, flags, mode);
      if (flags === 'wx' && String(path).includes(name)) {
        handle.writeFile = () =>
          Promise.reject(Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' }));
      }
      return handle;
    },
  };
}

const weightsIn = async (path: string) => (await loadNetwork(path)).stateDict['1.weight'].data;

test('a network comes back as it was saved and answers the same', async () => {
  const model = linear(1);
  await saveNetwork(model, { ...description, folder });
  assert.deepEqual((await readdir(folder)).sort(), ['config.json', 'model.safetensors']);
  const { config, stateDict } = await loadNetwork(folder);
  assert.deepEqual(config.data, description.data);
  assert.deepEqual(config.model, description.model);
  assert.deepEqual(config.training, description.training);
  const again = linear(2);
  const images = tensor(Uint8Array.from([0, 128, 255, 9, 8, 7]), [2, 1, 1, 3]);
  const answers = classify(model, { images, statistics: config.data });
  assert.notDeepEqual(classify(again, { images, statistics: config.data }), answers);
  again.loadStateDict(stateDict);
  assert.deepEqual(classify(again, { images, statistics: config.data }), answers);
  for (const [a, b] of answers) assert.ok(Math.abs(a + b - 1) < 1e-6 && a > 0 && b > 0);
});

test('random masks go on where they stood, in weights that PyTorch can read', async () => {
  const masks = (layer: Dropout) => [1, 2].map(() => [...layer.call(ones([32])).data()]);
  const [drop, again] = [new Dropout(0.5, { seed: 3 }), new Dropout(0.5, { seed: 4 })];
  masks(drop);
  await saveNetwork(new Sequential(new Linear(3, 2), drop), { ...description, folder });
  const { stateDict, generatorState } = await loadNetwork(folder);
  assert.deepEqual(Object.keys(stateDict).sort(), ['0.bias', '0.weight']);
  const loaded = new Sequential(new Linear(3, 2), again);
  loaded.loadStateDict(stateDict);
  loaded.loadGeneratorState(generatorState);
  assert.deepEqual(masks(again), masks(drop));
});

test('a folder from before generators were saved is loaded, a damaged one is not', async () => {
  await saveNetwork(linear(1), { ...description, folder });
  const path = join(folder, 'config.json');
  const { generators, ...older } = JSON.parse(await readFile(path, 'utf8'));
  assert.deepEqual(generators, {});
  await writeFile(path, JSON.stringify(older));
  assert.deepEqual((await loadNetwork(folder)).generatorState, {});
  for (const wrong of [[1, 2, 3], [1, 2, 3, 0.5], [1, 2, 3, 2 ** 31], ['1', 2, 3, 4], null]) {
    await writeFile(path, JSON.stringify({ ...older, generators: { drop: wrong } }));
    await assert.rejects(loadNetwork(folder), /"generators" is missing or not as expected/);
  }
});

test('a network that is replaced is kept aside', async () => {
  await saveNetwork(linear(1), { ...description, folder });
  const first = await weightsIn(folder);
  await saveNetwork(linear(2), { ...description, folder });
  assert.notDeepEqual(await weightsIn(folder), first);
  assert.deepEqual(await weightsIn(join(folder, 'previous')), first);
});

test('a network that cannot be kept aside costs neither itself nor the one kept before', async () => {
  await saveNetwork(linear(1), { ...description, folder });
  const first = await weightsIn(folder);
  await saveNetwork(linear(2), { ...description, folder });
  const weights = join(folder, 'model.safetensors');
  const second = await readFile(weights);
  const config = join(folder, 'config.json');
  await rm(config);
  await mkdir(config); // which cannot be copied as a file
  await assert.rejects(saveNetwork(linear(3), { ...description, folder }), (error) => {
    assert.ok(error instanceof WriteError);
    assert.match(
      error.message,
      /the network that is there could not be kept .*nothing was changed/,
    );
    return true;
  });
  assert.deepEqual(await readFile(weights), second);
  assert.deepEqual(await weightsIn(join(folder, 'previous')), first);
  const left = ['config.json', 'model.safetensors', 'previous'];
  assert.deepEqual((await readdir(folder)).sort(), left);
});

for (const file of ['model.safetensors', 'config.json']) {
  test(`a disk that is full at ${file} leaves nothing half-written`, async () => {
    const files = fullDiskAt(file);
    await assert.rejects(saveNetwork(linear(1), { ...description, folder, files }), (error) => {
      assert.ok(error instanceof WriteError);
      assert.match(error.message, /the disk is full/);
      return true;
    });
    assert.deepEqual(await readdir(folder), []);
    await saveNetwork(linear(1), { ...description, folder });
    const before = await weightsIn(folder);
    await assert.rejects(saveNetwork(linear(2), { ...description, folder, files }), WriteError);
    assert.deepEqual(await weightsIn(folder), before);
  });
}

test('folders without a network and damaged ones are refused with a reason', async () => {
  const refused = async (pattern: RegExp) => {
    await assert.rejects(loadNetwork(folder), (error) => {
      assert.ok(error instanceof FormatError, String(error));
      assert.match(error.message, pattern);
      return true;
    });
  };
  await refused(/there is no .*config\.json; expected a folder with model\.safetensors/);
  const config = join(folder, 'config.json');
  await writeFile(config, '{');
  await refused(/config\.json: it is no JSON/);
  await writeFile(config, '{"format": "other"}');
  await refused(/describes no network of Fovea/);
  await saveNetwork(linear(1), { ...description, folder });
  const good = JSON.parse(await readFile(config, 'utf8'));
  await writeFile(config, JSON.stringify({ ...good, formatVersion: 2 }));
  await refused(/its format has version 2; expected version 1/);
  await writeFile(config, JSON.stringify({ ...good, data: { ...good.data, std: [0] } }));
  await refused(/"data" is missing or not as expected/);
  await writeFile(config, JSON.stringify(good));
  const weights = join(folder, 'model.safetensors');
  const bytes = await readFile(weights);
  bytes[bytes.length - 1] ^= 1;
  await writeFile(weights, bytes);
  await refused(/its checksum is not the one that config\.json names/);
  await rm(weights);
  await refused(/there is no .*model\.safetensors/);
});

test('run folders are numbered, and those that cannot be written are refused', async () => {
  const before = process.cwd();
  process.chdir(folder);
  try {
    const first = await openRunFolder('net');
    assert.equal(first.path, join('runs', 'net-1'));
    assert.equal((await openRunFolder('net')).path, join('runs', 'net-2'));
    assert.deepEqual(await readdir(first.path), []);
    await first.removeIfEmpty();
    assert.deepEqual(await readdir('runs'), ['net-2']);
  } finally {
    process.chdir(before);
  }
  await writeFile(join(folder, 'file'), '');
  for (const name of ['file', 'file/inside']) {
    const out = join(folder, name);
    await assert.rejects(openRunFolder('net', { out }), (error) => {
      assert.ok(error instanceof WriteError);
      assert.ok(error.message.startsWith(`could not write ${out}: a `), error.message);
      return true;
    });
  }
  const there = join(folder, 'there');
  await mkdir(there);
  await (await openRunFolder('net', { out: there })).removeIfEmpty();
  assert.deepEqual(await readdir(there), []);
});
