/** Weights from files into models and back: every format, names behind prefixes, Caffe's names, and what does not fit. */

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  bytesSource,
  decodeSafetensors,
  encodeNpy,
  encodeNpz,
  encodeSafetensors,
  FormatError,
  openWeights,
  type SafetensorsTensor,
} from '../src/formats/index.js';
import { ValueError } from '../src/index.js';
import { createModel, googlenet2014, loadWeights, saveWeights } from '../src/models/index.js';
import { type AnyModule, Linear, Module, manualSeed, type StateDict } from '../src/nn/index.js';
import { softmax, tensor } from '../src/ops/index.js';
import { zipOf } from './zip-writer.js';

const folder = await mkdtemp(join(tmpdir(), 'fovea-weights-'));
after(() => rm(folder, { recursive: true, force: true }));

const data = process.env.FOVEA_DATA;
const skip = !data && 'FOVEA_DATA is not set';

class Pair extends Module {
  readonly first = new Linear(2, 3);
  readonly second = new Linear(3, 1);
  override forward(): never {
    throw new Error('never called');
  }
}

function stateOf(seed: number): StateDict {
  manualSeed(seed);
  return new Pair().stateDict();
}

/** A file of `state` with each name put through `rename`, and what else it holds. */
function fileOf(
  state: StateDict,
  rename: (name: string) => string = (name) => name,
  more: Record<string, SafetensorsTensor> = {},
): Uint8Array {
  const renamed = Object.entries(state).map(([name, tensor]) => [rename(name), tensor] as const);
  return encodeSafetensors(new Map([...renamed, ...Object.entries(more)]));
}

const load = async (model: AnyModule, file: Uint8Array, options = {}) =>
  loadWeights(model, await openWeights(bytesSource(file, 'x')), options);

const step: SafetensorsTensor = { dtype: 'int32', shape: [], data: Int32Array.of(7) };

test('weights are written and come back, in both formats', async () => {
  const model = createModel('resnet20');
  for (const [, variable] of model.namedState()) {
    variable.set(Array.from({ length: variable.size }, (_, i) => Math.fround(Math.sin(i))));
  }
  for (const name of ['x.safetensors', 'x.npz']) {
    const path = join(folder, name);
    await saveWeights(model, path);
    const other = createModel('resnet20');
    assert.deepEqual(await loadWeights(other, path), { missing: [], unexpected: [] });
    assert.deepEqual(other.stateDict(), model.stateDict());
  }
  const metadata = { trained: 'in a test' };
  await saveWeights(model, join(folder, 'told.safetensors'), { metadata });
  const file = await openWeights(join(folder, 'told.safetensors'));
  assert.deepEqual(file.metadata, metadata);
  await file.close();
});

test('what is loaded stays the model’s own, and can be loaded over', async () => {
  const [one, two] = [stateOf(1), stateOf(2)];
  const model = new Pair();
  const file = await openWeights(bytesSource(fileOf(one), 'x'));
  await loadWeights(model, file);
  model.first.bias?.set([7, 8, 9]);
  const again = new Pair();
  await loadWeights(again, file);
  assert.deepEqual(again.stateDict(), one, 'the open source may be loaded again');
  await load(model, fileOf(two));
  assert.deepEqual(model.stateDict(), two);
});

const prefixes: [string, (name: string) => string][] = [
  ['module.', (name) => `module.${name}`],
  ['state_dict.module.', (name) => `state_dict.module.${name}`],
  ['a prefix like a name of the model', (name) => `first.${name}`],
];
for (const [title, rename] of prefixes) {
  test(`names behind ${title} are found, and what else is in the file is passed over`, async () => {
    const state = stateOf(3);
    const model = new Pair();
    await load(model, fileOf(state, rename, { 'optimizer.step': step }));
    assert.deepEqual(model.stateDict(), state);
  });
}

test('of two sets of weights the one with the shorter prefix is taken, or that which is asked for', async () => {
  const [plain, averaged] = [stateOf(4), stateOf(5)];
  const more = Object.entries(averaged).map(([name, tensor]) => [`model_ema.${name}`, tensor]);
  const file = fileOf(plain, (name) => `model.${name}`, Object.fromEntries(more));
  const model = new Pair();
  await load(model, file);
  assert.deepEqual(model.stateDict(), plain);
  await load(model, file, { prefix: 'model_ema.' });
  assert.deepEqual(model.stateDict(), averaged);
});

test('halves and whole numbers become what the model has', async () => {
  const model = new Pair();
  const bytes = encodeNpz(
    new Map<string, SafetensorsTensor>([
      ['first.weight', { dtype: 'int32', shape: [3, 2], data: Int32Array.of(1, 2, 3, 4, 5, 6) }],
      ['first.bias', { dtype: 'uint8', shape: [3], data: Uint8Array.of(1, 0, 255) }],
      ['second.weight', { dtype: 'float32', shape: [1, 3], data: Float32Array.of(1, 2, 3) }],
      ['second.bias', { dtype: 'bool', shape: [1], data: Uint8Array.of(1) }],
    ]),
  );
  await load(model, bytes);
  const { 'first.weight': weight, 'first.bias': bias } = model.stateDict();
  assert.deepEqual(weight.data, Float32Array.of(1, 2, 3, 4, 5, 6));
  assert.deepEqual(bias.data, Float32Array.of(1, 0, 255));
});

test('what does not fit is told with names and shapes, and changes nothing', async () => {
  const state = stateOf(6);
  const model = new Pair();
  const before = model.stateDict();
  const refuse = (file: Uint8Array, pattern: RegExp) =>
    assert.rejects(load(model, file), (error) => {
      assert.ok(error instanceof ValueError, String(error));
      assert.match(error.message, /^loadWeights: this file does not fit Pair; /);
      assert.match(error.message, pattern);
      assert.deepEqual(model.stateDict(), before);
      return true;
    });
  const misspelled = fileOf(state, (name) => name.replace('second', 'secnd'));
  await refuse(
    misspelled,
    /missing: second\.weight \[1, 3\] \(is it secnd\.weight\?\), .*unexpected: secnd\.weight \[1, 3\]/,
  );
  await refuse(fileOf(state, undefined, { step }), /; unexpected: step \[\]\. Load/);
  const wide = { ...state, 'first.bias': { ...step, shape: [1], data: Int32Array.of(1) } };
  await refuse(fileOf(wide), /of another shape: first\.bias \(expected \[3\], got \[1\]\)/);
  await refuse(encodeSafetensors(new Map()), /missing: first\.weight \[3, 2\]/);
  const path = join(folder, 'step.safetensors');
  await writeFile(path, encodeSafetensors(new Map([['step', step]])));
  await assert.rejects(loadWeights(model, path), /step\.safetensors does not fit Pair/);

  const lenient = await load(model, misspelled, { strict: false });
  assert.deepEqual(lenient, {
    missing: ['second.weight', 'second.bias'],
    unexpected: ['secnd.weight', 'secnd.bias'],
  });
  assert.deepEqual(model.stateDict()['first.weight'], state['first.weight']);
});

test('files are told apart by what they hold', async () => {
  const tensors = new Map([['x', step]]);
  const opened = async (bytes: Uint8Array) => {
    const file = await openWeights(bytesSource(bytes, 'weights.bin'));
    await file.close();
    return file.format;
  };
  assert.equal(await opened(encodeSafetensors(tensors)), 'safetensors');
  assert.equal(await opened(encodeNpz(tensors)), 'npz');
  assert.equal(await opened(encodeNpz(new Map())), 'npz');
  const torch = (name: string) =>
    readFile(new URL(`../../tests/fixtures/torch/${name}`, import.meta.url));
  assert.equal(await opened(await torch('zip.pt')), 'torch');
  assert.equal(await opened(await torch('old.pt')), 'torch');
  const text = (words: string) => new TextEncoder().encode(words);
  const others: [Uint8Array, RegExp][] = [
    [encodeNpy(step), /a single array of NumPy.*numpy\.savez/],
    [Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a), /an HDF5 file.*Keras/],
    [Uint8Array.of(0x1f, 0x8b, 8, 0), /packed by gzip.*gunzip/],
    [text('<!DOCTYPE html><title>Not found'), /it is text.*page of the site/],
    [text('version https://git-lfs.github.com/spec/v1'), /it is text/],
    [zipOf([{ name: 'a.txt', data: text('hi') }]), /a zip archive of 'a\.txt'/],
    [new Uint8Array(0), /the file has 0 bytes/],
    [new Uint8Array(40), /header should have 0 bytes/],
  ];
  for (const [bytes, pattern] of others) {
    await assert.rejects(opened(bytes), (error) => {
      assert.ok(error instanceof FormatError, String(error));
      assert.match(error.message, /^weights\.bin: .+; expected .+; .+/);
      assert.match(error.message, pattern);
      return true;
    });
  }
});

test('Caffe’s names are those of the network of the paper', async () => {
  const model = googlenet2014({ auxiliary: false });
  const conv1: SafetensorsTensor = {
    dtype: 'float32',
    shape: [64, 3, 7, 7],
    data: Float32Array.from({ length: 64 * 3 * 49 }, (_, i) => i),
  };
  const file = encodeSafetensors(new Map([['conv1/7x7_s2.weight', conv1]]));
  await assert.rejects(load(model, file), /missing: conv1\.conv\.bias \[64\]/);
  const { unexpected } = await load(model, file, { strict: false });
  assert.deepEqual(unexpected, []);
  const { data: loaded } = model.stateDict()['conv1.conv.weight'];
  assert.deepEqual([loaded[0], loaded[49], loaded[98]], [98, 49, 0], 'red comes first');
});

test('the trained ResNet-20 is the same in PyTorch’s file and in safetensors', {
  skip,
}, async () => {
  const place = join(data!, 'resnet20-cifar10');
  const [torch, plain] = [createModel('resnet20'), createModel('resnet20')];
  await loadWeights(torch, join(place, 'resnet20-12fca82f.th'));
  await loadWeights(plain, join(place, 'resnet20-12fca82f.safetensors'));
  const { tensors } = decodeSafetensors(
    await readFile(join(place, 'resnet20-12fca82f.safetensors')),
    'resnet20',
  );
  const state = torch.stateDict();
  assert.deepEqual(state, plain.stateDict());
  assert.ok(tensors.size > 90);
  for (const [name, { data: bits }] of tensors) {
    // Bytes, which tell even one zero from the other.
    assert.deepEqual(Buffer.from(state[name].data.buffer), Buffer.from(bits.buffer), name);
  }
});

test('a file with layers of several kinds is read', { skip }, async () => {
  const file = await openWeights(
    join(data!, 'format-fixtures', 'safetensors', 'multi_layer.safetensors'),
  );
  assert.equal(file.entries.size, 9);
  assert.deepEqual(file.entries.get('fc1.weight'), {
    dtype: 'float32',
    shape: [16, 256],
    storage: 'F32',
  });
  const { tensors } = decodeSafetensors(
    await readFile(join(data!, 'format-fixtures', 'safetensors', 'multi_layer.safetensors')),
    'multi_layer',
  );
  for (const [name, tensor] of tensors) assert.deepEqual(await file.read(name), tensor);
  await file.close();
});

test('GoogLeNet of Caffe’s authors gives the probabilities that it should', { skip }, async () => {
  const place = join(data!, 'googlenet');
  const model = googlenet2014({ auxiliary: false });
  await loadWeights(model, join(place, 'googlenet-bvlc-f16.safetensors'));
  model.eval();
  const expected = await openWeights(join(place, 'expected.safetensors'));
  const mean = [123, 117, 104];
  for (const photo of ['chelsea', 'coffee']) {
    const { data: bytes } = await expected.read(`${photo}.input_rgb_u8_hwc`);
    const size = 224 * 224;
    const pixels = Float32Array.from({ length: 3 * size }, (_, i) => {
      const channel = Math.floor(i / size);
      return bytes[(i % size) * 3 + channel] - mean[channel];
    });
    const found = softmax(model.call(tensor(pixels, [1, 3, 224, 224])), 1).data();
    const { data: wanted } = await expected.read(`${photo}.probability`);
    for (let i = 0; i < 1000; i++) assert.ok(Math.abs(found[i] - wanted[i]) < 1e-3, `class ${i}`);
  }
  await expected.close();
});
