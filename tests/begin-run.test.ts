/** Runs that have begun: their configuration comes first, their network is that of the newest checkpoint, and an earlier run is kept. */

import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { FormatError } from '../src/formats/index.js';
import { Dropout, Flatten, Linear, manualSeed, Sequential } from '../src/nn/index.js';
import { SGD } from '../src/optim/index.js';
import {
  beginRun,
  CheckpointFolder,
  loadNetwork,
  type NetworkDescription,
  saveNetwork,
  takeState,
} from '../src/train/index.js';

const description: NetworkDescription = {
  savedBy: 'the tests',
  model: { name: 'linear', options: { numClasses: 2 } },
  data: { name: 'pixels', classes: ['a', 'b'], shape: [1, 1, 3], mean: [0.5], std: [0.25] },
  training: { epochs: 1 },
};

function network(seed: number) {
  manualSeed(seed);
  const model = new Sequential(new Flatten(), new Dropout(0.5), new Linear(3, 2));
  return { model, optimizer: new SGD(model.parameters(), { lr: 0.1 }) };
}

const folderFor = async (t: TestContext): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'fovea-begin-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

test('a run without a checkpoint has no network yet, then that of the newest one', async (t) => {
  const folder = await folderFor(t);
  await beginRun({ ...description, folder });
  await assert.rejects(loadNetwork(folder), (error) => {
    assert.ok(error instanceof FormatError);
    assert.match(error.message, /not come to a checkpoint yet.*fovea train --resume/);
    return true;
  });
  const checkpoints = new CheckpointFolder(join(folder, 'checkpoints'));
  const parts = [network(1), network(2)];
  for (const [step, part] of parts.entries()) {
    await checkpoints.save(step, { state: takeState({ ...part }), progress: {} });
  }
  const { config, stateDict, generatorState } = await loadNetwork(folder);
  assert.equal(config.weights, null);
  const { model } = parts[1];
  assert.deepEqual(stateDict, Object.fromEntries(Object.entries(model.stateDict())));
  assert.deepEqual(generatorState, model.generatorState());
});

test('a run that begins where another one lies keeps it', async (t) => {
  const folder = await folderFor(t);
  for (const seed of [1, 2, 3]) {
    await beginRun({ ...description, folder, training: { seed } });
    await saveNetwork(network(seed).model, { ...description, folder, training: { seed } });
    await writeFile(join(folder, 'metrics.jsonl'), `${seed}`);
    await writeFile(join(folder, 'notes.txt'), 'not of a run');
  }
  assert.deepEqual((await loadNetwork(folder)).config.training, { seed: 3 });
  const previous = join(folder, 'previous');
  const { config, stateDict } = await loadNetwork(previous);
  assert.deepEqual(config.training, { seed: 2 });
  assert.deepEqual(stateDict['2.weight'], network(2).model.stateDict()['2.weight']);
  assert.equal(await readFile(join(previous, 'metrics.jsonl'), 'utf8'), '2');
  const names = ['config.json', 'metrics.jsonl', 'model.safetensors', 'notes.txt', 'previous'];
  assert.deepEqual((await readdir(folder)).sort(), names);
});
