/** TensorFlow.js models that must be refused: by layer, by place, by path, and damaged ones. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { bytesSource, FormatError, openTfjs } from '../src/formats/index.js';
import { enduresMutations } from './endures-mutations.js';

const model = fileURLToPath(new URL('../../tests/fixtures/tfjs/model/', import.meta.url));
const text = readFileSync(join(model, 'model.json'), 'utf8');
const shards = new Map(
  readdirSync(model)
    .filter((name) => name.endsWith('.bin'))
    .map((name) => [name, new Uint8Array(readFileSync(join(model, name)))] as const),
);

interface LayerJson {
  class_name: string;
  config: Record<string, unknown>;
  inbound_nodes?: unknown[];
}

interface ModelFile {
  format?: string;
  modelTopology: { class_name: string; config: { layers: LayerJson[] } & Record<string, unknown> };
  weightsManifest: { paths: string[]; weights: Record<string, unknown>[] }[];
}

/** Opens the model after a change of model.json. */
function openChanged(change: (json: ModelFile) => void) {
  const json: ModelFile = JSON.parse(text);
  change(json);
  return open(Buffer.from(JSON.stringify(json)));
}

const open = (json: Uint8Array, files: ReadonlyMap<string, Uint8Array> = shards) =>
  openTfjs(bytesSource(json, 'model.json'), {
    openWeights: async (path) => {
      const bytes = files.get(path);
      if (bytes) return bytesSource(bytes, path);
      throw new FormatError(path, { happened: 'not there', expected: 'it', mend: 'none' });
    },
  });

async function assertRefused(opened: Promise<unknown>, ...patterns: RegExp[]): Promise<void> {
  await assert.rejects(opened, (error) => {
    assert.ok(error instanceof FormatError, String(error));
    for (const pattern of [/; expected .+; .+/s, ...patterns]) assert.match(error.message, pattern);
    return true;
  });
}

const headOf = ({ modelTopology }: ModelFile) => modelTopology.config.layers.at(-1)!;

test('layers that run code or are unknown are named, all at once', async () => {
  const lambda = openChanged((json) => {
    const { layers } = json.modelTopology.config;
    headOf(json).class_name = 'Lambda';
    layers.at(-2)!.class_name = 'MyLayer';
  });
  await assertRefused(
    lambda,
    /not read: MyLayer 'flatten\w*', Lambda 'head'/,
    /layers of Activation, Add/,
  );
});

test('settings that are not read are named', async () => {
  const known: [object, RegExp][] = [
    [{ activation: 'spline' }, /Dense 'head' has the activation "spline".*softmax/],
    [{ activation: { class_name: 'Custom' } }, /Dense 'head' has the activation "Custom"/],
    [{ sharpness: 3 }, /Dense 'head' has 'sharpness'/],
    [{ units: 'many' }, /Dense 'head' has units "many", which is not a number/],
  ];
  for (const [change, pattern] of known) {
    await assertRefused(
      openChanged((json) => Object.assign(headOf(json).config, change)),
      pattern,
    );
  }
});

test('models of another sort are named', async () => {
  await assertRefused(
    openChanged((json) => {
      json.format = 'graph-model';
    }),
    /it is a "graph-model"; expected a 'layers-model'/,
  );
  await assertRefused(
    openChanged((json) => {
      json.modelTopology.class_name = 'Subclassed';
    }),
    /the model is a "Subclassed".*Sequential, Functional, Model/,
  );
  await assertRefused(
    openChanged((json) => {
      headOf(json).inbound_nodes = [{ args: [], kwargs: {} }];
    }),
    /Keras 3.*Keras 2/,
  );
  await assertRefused(
    openChanged((json) => {
      const { layers } = json.modelTopology.config;
      layers.at(-1)!.config.data_format = 'channels_first';
    }),
    /channels first and some last/,
  );
});

test('graphs that do not hold together are refused', async () => {
  const call = (node: unknown) => (json: ModelFile) => {
    headOf(json).inbound_nodes = [node];
  };
  await assertRefused(openChanged(call([['nobody', 0, 0, {}]])), /layer 'head' gives no tensor 0/);
  await assertRefused(openChanged(call([['head', 0, 0, {}]])), /layer 'head' gives no tensor 0/);
  await assertRefused(openChanged(call([[7, 0, 0]])), /\[7,0,0\] refers to no layer/);
  await assertRefused(openChanged(call([])), /layer 'head' has no inputs/);
  await assertRefused(
    openChanged(call([['flatten', 0, 0, { mask: ['x', 0, 0] }]])),
    /layer 'flatten' is called with 'mask'/,
  );
  await assertRefused(
    openChanged((json) => {
      json.modelTopology.config.layers.push(headOf(json));
    }),
    /two layers have the same name/,
  );
});

test('models within models that multiply without end are refused', async () => {
  /** Each model calls the next one twenty times, in a row. */
  const nested = (depth: number): LayerJson => {
    const inner = depth > 0 ? nested(depth - 1) : null;
    const input = { class_name: 'InputLayer', config: { name: 'in' }, inbound_nodes: [] };
    const calls = Array.from({ length: 20 }, (_, i) => [[i === 0 ? 'in' : 'next', i, 0, {}]]);
    const next = inner && {
      ...inner,
      config: { ...inner.config, name: 'next' },
      inbound_nodes: calls,
    };
    const config = {
      name: 'model',
      layers: next ? [input, next] : [input],
      input_layers: [['in', 0, 0]],
      output_layers: [next ? ['next', 20, 0] : ['in', 0, 0]],
    };
    return { class_name: 'Functional', config };
  };
  const json = { modelTopology: nested(8), weightsManifest: [] };
  const started = performance.now();
  await assertRefused(
    open(Buffer.from(JSON.stringify(json))),
    /more than 100000 layers are called/,
  );
  assert.ok(performance.now() - started < 2000);
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
  await assertRefused(
    open(Buffer.from(`{"modelTopology": {"class_name": ${deep}}, "weightsManifest": []}`)),
    /the model is a/,
  );
});

test('weights that are missing, left over or of another shape are named', async () => {
  const weightsOf = (json: ModelFile) => json.weightsManifest[0].weights;
  await assertRefused(
    openChanged((json) => {
      weightsOf(json).at(-1)!.name = 'norm/moving_varianze';
    }),
    /BatchNormalization 'features\.norm' has no weight 'moving_variance'/,
    /nearest name is 'norm\/moving_varianze'/,
  );
  await assertRefused(
    openChanged((json) => {
      headOf(json).config.use_bias = false;
    }),
    /weights belong to no layer: 'head\/bias'/,
  );
  await assertRefused(
    openChanged((json) => {
      headOf(json).config.units = 4;
    }),
    /weight 'head\/kernel' is \[64, 3\], which Dense 'head' takes as \[\?, 4\]/,
  );
  await assertRefused(
    openChanged((json) => {
      weightsOf(json)[0].dtype = 'string';
    }),
    /weight 'conv\/kernel' is of "string"; expected float32, int32 or bool/,
  );
  await assertRefused(
    openChanged((json) => {
      weightsOf(json)[0].shape = [1e9, 1e9];
    }),
    /weight 'conv\/kernel' has the shape \[1000000000,1000000000\]/,
  );
});

test('files of weights that are shorter or longer than the manifest says are refused', async () => {
  const [name, bytes] = [...shards][0];
  const short = new Map([...shards, [name, bytes.subarray(0, 299)]]);
  await assertRefused(
    open(Buffer.from(text), short),
    /should hold 1372 bytes of weights but has 1371/,
  );
  const long = new Map([...shards, [name, new Uint8Array(301)]]);
  await assertRefused(
    open(Buffer.from(text), long),
    /should hold 1372 bytes of weights but has 1373/,
  );
});

test('what is no model is refused', async () => {
  await assertRefused(open(new Uint8Array(0)), /the file is no JSON/);
  await assertRefused(open(Buffer.from(text.slice(0, 900))), /the file is no JSON/);
  await assertRefused(open(Buffer.from('[1]')), /holds no JSON object/);
  await assertRefused(open(Buffer.from('{}')), /there is no "weightsManifest"/);
  await assertRefused(open(Buffer.from('{"weightsManifest": []}')), /there is no "modelTopology"/);
});

let folder = '';

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fovea-tfjs-'));
});

after(() => rm(folder, { recursive: true }));

test("weights are read from the model's folder and from nowhere else", async () => {
  const inside = join(folder, 'model');
  await mkdir(inside);
  for (const name of await readdir(model)) await copyFile(join(model, name), join(inside, name));
  const path = join(inside, 'model.json');
  await openTfjs(path);

  const outside = join(folder, 'secret.bin');
  const first = [...shards.keys()][0];
  await copyFile(join(model, first), outside);
  for (const elsewhere of ['../secret.bin', outside, 'a/../../secret.bin', '..\\secret.bin']) {
    await writeFile(path, text.replace(first, JSON.stringify(elsewhere).slice(1, -1)));
    await assertRefused(openTfjs(path), /a path that may leave the model's folder/);
  }
  await symlink(outside, join(inside, 'link.bin'));
  await writeFile(path, text.replace(first, 'link.bin'));
  await assertRefused(openTfjs(path), /a link to a place outside the model's folder/);
  await writeFile(path, text.replace(first, 'gone.bin'));
  await assertRefused(openTfjs(path), /"gone\.bin", which cannot be found/);
});

test('a model in memory says how its weights can be opened', async () => {
  await assertRefused(openTfjs(bytesSource(Buffer.from(text), 'model.json')), /openWeights/);
});

test('3,000 damaged copies are read or refused', async () => {
  const files = new Map([['model.json', new Uint8Array(Buffer.from(text))], ...shards]);
  const { values, refusals } = await enduresMutations({
    files,
    read: (bytes, name) => {
      if (name === 'model.json') return open(bytes);
      return open(Buffer.from(text), new Map([...shards, [name, bytes]]));
    },
    errors: [FormatError],
    count: 3000,
  });
  assert.ok(values > 0, 'some damage does not matter');
  assert.ok(refusals > 0, 'some damage does');
});
