/** The library in headless Chromium: the example trains LeNet-5 as Node does, with and without threads. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { DataLoader, drawDigits } from '../src/data/index.js';
import { compile, grad, tensor } from '../src/index.js';
import { LeNet5 } from '../src/models/index.js';
import { crossEntropy, manualSeed } from '../src/nn/index.js';
import { Adam } from '../src/optim/index.js';
import { chromiumPath, launchChromium } from './browser/chromium.js';
import { type Server, serveFolder } from './browser/serve-folder.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const skip = chromiumPath
  ? false
  : 'no Chromium is installed here; install one or set CHROMIUM_PATH';
const options = { skip, timeout: 60_000 };
const steps = 20;
const tolerance = 1e-4;
const threadScript = '/backends/wasm/thread.js';

let browser: Browser;
let isolated: Server;
let plain: Server;
let broken: Server;

before(async () => {
  if (skip) return;
  browser = await launchChromium();
  isolated = await serveFolder(root, { isolated: true });
  plain = await serveFolder(root, { isolated: false });
  broken = await serveFolder(root, { isolated: true, without: threadScript });
});

after(async () => {
  if (skip) return;
  await browser.close();
  await Promise.all([isolated, plain, broken].map((server) => server.close()));
});

/** The losses that examples/browser/worker.js should get, computed here. */
function lossesInNode(): number[] {
  manualSeed(0);
  const model = new LeNet5();
  const optimizer = new Adam(model.parameters(), { lr: 1e-3 });
  const step = compile((images, labels) => {
    const loss = crossEntropy(model.call(images), labels);
    optimizer.step(grad(loss, optimizer.parameters));
    return { loss };
  });
  const digits = drawDigits({ count: 64 * steps, seed: 0 });
  const losses: number[] = [];
  for (const { images, labels, size, shape } of new DataLoader(digits, {
    batchSize: 64,
    shuffle: true,
  })) {
    const pixels = Float32Array.from(images, (value) => value / 255);
    losses.push(step(tensor(pixels, shape), tensor(labels, [size], 'int32')).loss.item());
  }
  return losses;
}

interface Visit {
  readonly page: Page;
  /** What the console said, and errors that nobody caught. */
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

/** Opens a page of the project. */
async function open(server: Server, path: string): Promise<Visit> {
  const page = await browser.newPage();
  const errors: string[] = [];
  const warnings: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
    if (message.type() === 'warning') warnings.push(message.text());
  });
  page.on('pageerror', ({ message }) => errors.push(message));
  await page.goto(server.origin + path);
  return { page, errors, warnings };
}

/** Evaluates the body of an async function in a blank page. */
async function evaluate<Result>(server: Server, body: string): Promise<Visit & { result: Result }> {
  const visit = await open(server, '/tests/browser/blank.html');
  const result = await visit.page.evaluate<Result>(`(async () => { ${body} })()`);
  await visit.page.close();
  return { ...visit, result };
}

const threadScripts = ({ requests }: Server): number =>
  requests.filter((path) => path.endsWith(threadScript)).length;

/** Runs the example and compares its losses with Node's. */
async function runExample(server: Server): Promise<Visit & { status: string }> {
  const visit = await open(server, `/examples/browser/index.html?steps=${steps}&threads=2`);
  const { page, errors } = visit;
  const end = page.locator('#status', { hasText: /Done|Failed/ });
  const status = (await end.textContent({ timeout: 30_000 })) ?? '';
  const losses = ((await page.locator('#losses').textContent()) ?? '').trim().split('\n');
  await page.close();
  assert.match(status, /^Done/);
  assert.deepEqual(errors, []);
  const expected = lossesInNode();
  assert.equal(losses.length, steps);
  losses.map(Number).forEach((loss, i) => {
    const off = Math.abs(loss - expected[i]);
    assert.ok(off <= tolerance, `step ${i}: loss ${loss} here, ${expected[i]} in Node`);
  });
  assert.ok(expected[steps - 1] < expected[0] - 0.1, 'losses that tell something');
  return { ...visit, status };
}

test('two threads on an isolated page get the losses of Node', options, async () => {
  const before = threadScripts(isolated);
  const { status, warnings } = await runExample(isolated);
  assert.equal(status, 'Done on 2 thread(s).');
  assert.equal(threadScripts(isolated) - before, 1, 'one worker beside the training one');
  assert.deepEqual(warnings, []);
});

test('one thread on a page that is not isolated gets the losses of Node', options, async () => {
  const { status, warnings } = await runExample(plain);
  assert.equal(status, 'Done on 1 thread(s).');
  assert.equal(threadScripts(plain), 0);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0], /one thread.*cross-origin isolated/);
});

test('every part for browsers loads on the main thread, which runs on itself', {
  skip,
}, async () => {
  const { result, errors, warnings } = await evaluate<{ sum: number[]; threads: number }>(
    isolated,
    `
    const parts = ['index', 'data/index', 'models/index', 'nn/index', 'optim/index'];
    const [{ add, ready, setThreads, tensor, threadCount }] = await Promise.all(
      parts.map((part) => import('/dist/src/' + part + '.js')),
    );
    setThreads(2);
    await ready();
    return { sum: [...add(tensor([1, 2], [2]), 1).data()], threads: threadCount() };
    `,
  );
  assert.deepEqual(result.sum, [2, 3]);
  assert.equal(result.threads, 1);
  assert.deepEqual(errors, []);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0], /one thread.*Web Worker/);
});

/** Starts tests/browser/late-ready.js and returns what it posts. */
const runLateReady = `
  const worker = new Worker('/tests/browser/late-ready.js', { type: 'module' });
  const { data } = await new Promise((resolve, reject) => {
    worker.onmessage = resolve;
    worker.onerror = ({ message }) => reject(new Error(message));
  });
  return data;
`;

test('programs survive threads that come and go', options, async () => {
  const { result, errors, warnings } = await evaluate<{ counts: number[]; state: number[] }>(
    isolated,
    runLateReady,
  );
  assert.deepEqual(result, { counts: [1, 1, 3, 1, 2, 1, 1], state: [7] });
  assert.deepEqual(errors, []);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0], /one thread until `await ready\(\)`/);
});

test('a worker script that is not served is an error, not a hang', options, async () => {
  const { result } = await evaluate<{ error: string }>(broken, runLateReady);
  assert.match(result.error, /did not start \(thread\.js could not be loaded/);
});
