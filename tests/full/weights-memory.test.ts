/** The memory that a large network's weights take on their way from a file and into one, measured in processes of their own. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { promisify } from 'node:util';

const megabyte = 2 ** 20;
const tensorBytes = 4 * 138_357_544;
/** The weights of VGG-16's first fully connected layer. */
const longestBytes = 4 * 4096 * 25088;

/** Runs `body` with a VGG-16 at hand that has no weights yet; gives the most bytes of memory that this added. */
async function peakOf(body: string): Promise<number> {
  const models = new URL('../../src/models/index.js', import.meta.url);
  const formats = new URL('../../src/formats/index.js', import.meta.url);
  const script = `
    import { openOnnx, saveOnnx, streamSafetensors, writeFileAtomically, writeNpz } from '${formats}';
    import { createModel, loadWeights, saveWeights } from '${models}';
    const model = createModel('vgg16');
    const peak = () => process.resourceUsage().maxRSS * 1024;
    const before = peak();
    ${body}
    console.log(peak() - before);`;
  // NOTE: a process begins with the peak of the one that started it, so that this one must stay small.
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script]);
  return Number(stdout);
}

/** The model's tensors, made when they are written; not zeros, whose memory the system only promises. */
const tensors = `new Map([...model.namedState()].map(([name, { shape, size, dtype }]) =>
  [name, { shape, dtype, data: () => new Float32Array(size).fill(0.5) }]))`;

async function measured(t: TestContext, body: string): Promise<number> {
  const peak = await peakOf(body);
  t.diagnostic(
    `${Math.round(peak / megabyte)} MB beside ${Math.round(tensorBytes / megabyte)} MB of tensors: ` +
      `${(peak / tensorBytes).toFixed(2)} times`,
  );
  return peak;
}

describe('the weights of VGG-16', () => {
  let folder = '';
  const file = (name: string): string => JSON.stringify(join(folder, name));

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fovea-memory-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test('are written with little more than the longest tensor in memory', async (t) => {
    const write = `await writeFileAtomically(${file('x.safetensors')}, streamSafetensors(${tensors}));`;
    const peak = await measured(t, write);
    assert.ok(peak <= 1.3 * longestBytes);
    assert.ok((await stat(join(folder, 'x.safetensors'))).size > tensorBytes);
  });

  test('take no more than 1.2 times their memory when they are loaded', async (t) => {
    const peak = await measured(t, `await loadWeights(model, ${file('x.safetensors')});`);
    assert.ok(peak <= 1.2 * tensorBytes);
    assert.ok(peak >= 0.95 * tensorBytes, 'in the end all of them are in memory');
  });

  test('take no more than 1.2 times their memory when they are loaded as halves', async (t) => {
    // The file of floats, rewritten with half the bytes for each tensor.
    const write = `
      const { chunks } = streamSafetensors(${tensors});
      const header = chunks.next().value;
      const records = JSON.parse(new TextDecoder().decode(header.subarray(8)));
      for (const record of Object.values(records)) {
        record.dtype = 'F16';
        record.data_offsets = record.data_offsets.map((offset) => offset / 2);
      }
      const start = new TextEncoder().encode('        ' + JSON.stringify(records));
      new DataView(start.buffer).setBigUint64(0, BigInt(start.length - 8), true);
      async function* halves() {
        yield start;
        for (const chunk of chunks) yield new Uint8Array(chunk.length / 2).fill(0x38);
      }
      await writeFileAtomically(${file('half.safetensors')}, { chunks: halves() });`;
    await peakOf(write);
    const peak = await measured(t, `await loadWeights(model, ${file('half.safetensors')});`);
    assert.ok(peak <= 1.2 * tensorBytes);
    assert.ok(peak >= 0.95 * tensorBytes);
  });

  test('take no more than 1.2 times their memory when they are loaded from an archive', async (t) => {
    await peakOf(`await writeNpz(${file('x.npz')}, ${tensors});`);
    const peak = await measured(t, `await loadWeights(model, ${file('x.npz')});`);
    assert.ok(peak <= 1.2 * tensorBytes);
  });

  test('take no more than 1.1 times their memory when they are opened as an ONNX model', async (t) => {
    await peakOf(`await saveOnnx(${file('x.onnx')}, model, { inputs: [[1, 3, 224, 224]] });`);
    assert.ok((await stat(join(folder, 'x.onnx'))).size > tensorBytes);
    const peak = await measured(t, `globalThis.kept = await openOnnx(${file('x.onnx')});`);
    assert.ok(peak <= 1.1 * tensorBytes);
    assert.ok(peak >= 0.95 * tensorBytes);
  });

  test('of a model are written with one more tensor in memory', async (t) => {
    const body = `
      await loadWeights(model, ${file('x.safetensors')});
      await saveWeights(model, ${file('copy.safetensors')});`;
    const peak = await measured(t, body);
    assert.ok(peak <= 1.1 * (tensorBytes + longestBytes));
  });
});
