/** `fovea report` and `fovea runs`: pages of runs, tables of them, and folders that are none. */

import assert from 'node:assert/strict';
import * as nodeFiles from 'node:fs/promises';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { encodePng, FormatError, WriteError } from '../src/formats/index.js';
import { createModel } from '../src/models/index.js';
import { Philox } from '../src/random/philox.js';
import { type ReportSection, readRun, writeReport } from '../src/report/index.js';
import { reportPage } from '../src/report/report-page.js';
import {
  beginRun,
  MetricsLog,
  markRunning,
  saveNetwork,
  writeEvaluation,
} from '../src/train/index.js';
import { chromiumPath, launchChromium } from './browser/chromium.js';
import { runFovea } from './run-fovea.js';

let folder = '';
const at = (...names: string[]): string => join(folder, ...names);
const pixels = new Uint8Array(28 * 28).fill(120);

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fovea-report-'));
  const model = createModel('lenet5', { numClasses: 2 });
  const described = {
    ...{ savedBy: 'fovea 0.1.0', training: { epochs: 2, batch: 8, seed: 3, augment: [] } },
    model: { name: 'lenet5', options: { numClasses: 2 } },
    data: {
      ...{ name: 'shapes', classes: ['<disc>', 'square'], shape: [1, 28, 28] as const },
      ...{ mean: [0.2], std: [0.3] },
    },
  };
  for (const name of ['a', 'b']) {
    await mkdir(at(name));
    await beginRun({ ...described, folder: at(name) });
    const log = new MetricsLog(at(name, 'metrics.jsonl'));
    for (let step = 0; step < 40; step++) {
      const epoch = Math.floor(step / 20);
      await log.append([{ kind: 'step', step, epoch, loss: 2 / (step + 1), lr: 0.01 }]);
      if (step % 20 < 19) continue;
      const evaluation = { loss: 0.5 - 0.1 * epoch, accuracy: 0.75 + 0.1 * epoch };
      await log.append([{ kind: 'epoch', step, epoch, loss: 0.4, evaluation, seconds: 2 }]);
    }
  }
  await saveNetwork(model, { ...described, folder: at('a') });
  const evaluation = {
    ...{ count: 4, correct: 3, accuracy: 0.75, loss: 0.4, confusion: Uint32Array.of(2, 0, 1, 1) },
    mistakes: [{ index: 0, label: 1, predicted: 0, probability: 0.9, planes: pixels }],
  };
  await writeEvaluation(at('a'), evaluation, described.data);
  for (const step of [10, 20]) {
    const png = encodePng({ width: 28, height: 28, channels: 1, data: pixels });
    await writeFile(at('a', 'samples', `drawn-step0000${step}.png`), png);
  }
  await mkdir(at('no-run'));
});
after(() => rm(folder, { recursive: true, force: true }));

test('a report holds everything in one file, and names are text', async () => {
  const { code, stdout, stderr } = await runFovea(['report', at('a'), '--json']);
  assert.equal(code, 0, stderr);
  const { state, best, problems } = JSON.parse(stdout);
  assert.deepEqual([state, best.metric, best.step, problems], ['finished', 'accuracy', 40, []]);
  assert.ok(Math.abs(best.value - 0.85) < 1e-12);
  const page = await readFile(at('a', 'report.html'), 'utf8');
  assert.doesNotMatch(
    page,
    /(src|href)="(?!data:)|url\((?!data:)|@import|<link(?! rel="icon" href="data:,")/,
    'all is inside',
  );
  assert.ok(!page.includes('<disc>'));
  for (const text of [
    'npx fovea train lenet5 --data shapes --epochs 2 --batch 8 --seed 3 --augment none',
    'What was taken for what',
    'square, taken for &lt;disc&gt;',
    '6 filters of 5 x 5 pixels',
    'Samples over time',
  ]) {
    assert.ok(page.includes(text), text);
  }
  assert.ok(page.length < 1.5e6);
});

test('a run that has not ended has a page that says how to go on', async () => {
  const { code, stderr } = await runFovea(['report', at('b'), '--out', at('b.html')]);
  assert.equal(code, 0, stderr);
  const page = await readFile(at('b.html'), 'utf8');
  assert.ok(page.includes(`npx fovea train --resume ${at('b')}`));
});

test('runs are listed, and compared in one page', async () => {
  const { code, stdout } = await runFovea(['runs', folder]);
  assert.equal(code, 0);
  const lines = stdout.trim().split('\n');
  assert.equal(lines.length, 3);
  assert.match(lines[1], /^a +lenet5 +shapes +accuracy 85.00 % +0:04 +finished$/);
  assert.match(lines[2], /^b .*stopped$/);
  const out = at('both.html');
  const compared = await runFovea(['runs', 'compare', at('a'), at('b'), '--out', out, '--json']);
  assert.equal(compared.code, 0, compared.stderr);
  assert.equal(JSON.parse(compared.stdout).runs.length, 2);
  const page = await readFile(out, 'utf8');
  assert.match(page, /a, training.*b, training/s);
  assert.ok(!page.includes('Where they differ'), 'they were trained alike');
  const other = await copiedRun('c', { config: { training: { epochs: 2, lr: 0.5 } } });
  await runFovea(['runs', 'compare', at('a'), other, '--out', out]);
  const differing =
    /Where they differ<\/h2>.*?<\/table>/s.exec(await readFile(out, 'utf8'))?.[0] ?? '';
  assert.match(differing, /<th>batch<\/th>.*<th>lr<\/th>.*<td>8<\/td>.*<td>0\.5<\/td>/s);
  assert.ok(!differing.includes('<th>epochs</th>'));
});

/** The folder of a run with a configuration like that of `a`, and whatever else is given. */
async function copiedRun(
  name: string,
  { config = {}, log }: { config?: Record<string, unknown>; log?: string } = {},
): Promise<string> {
  await mkdir(at(name), { recursive: true });
  const whole = JSON.parse(await readFile(at('a', 'config.json'), 'utf8'));
  await writeFile(at(name, 'config.json'), JSON.stringify({ ...whole, ...config }));
  if (log !== undefined) await writeFile(at(name, 'metrics.jsonl'), log);
  return at(name);
}

const reported = async (run: string) => {
  const { code, stdout, stderr } = await runFovea(['report', run, '--json']);
  assert.equal(code, 0, stderr);
  return { ...JSON.parse(stdout), page: await readFile(join(run, 'report.html'), 'utf8') };
};

test('what is no run, or one of another version, is refused', async () => {
  const refused = await runFovea(['report', at('no-run')]);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /there is no .*config\.json/);
  const other = await copiedRun('other/later', { config: { formatVersion: 99 } });
  assert.match((await runFovea(['report', other])).stderr, /version 99/);
  assert.equal((await runFovea(['runs', at('gone')])).code, 1);
  const listed = await runFovea(['runs', at('other')]);
  assert.equal(listed.code, 0);
  assert.match(listed.stdout, /there are no runs/);
  assert.match(listed.stderr, /later.*version 99/);
});

test('of a half-deleted run there is a page of what is left', async () => {
  const half = await reported(await copiedRun('half'));
  assert.equal(half.problems.length, 2);
  assert.match(half.problems[0], /there is no log/);
  assert.match(half.problems[1], /there is no .*model\.safetensors/);
  assert.ok(half.page.includes('there is no log'));
  const damaged = await copiedRun('damaged', { config: { training: undefined } });
  await writeFile(join(damaged, 'evaluation.json'), '{"count": 4');
  await mkdir(join(damaged, 'metrics.jsonl'));
  await writeFile(join(damaged, 'model.safetensors'), 'no weights');
  const { problems, state } = await reported(damaged);
  assert.equal(state, 'finished');
  for (const pattern of [/metrics\.jsonl.*cannot be read/, /evaluation\.json/, /checksum/]) {
    assert.ok(
      problems.some((problem: string) => pattern.test(problem)),
      String(pattern),
    );
  }
});

test('damaged lines of a log are counted, and a last one that is cut off is nothing to tell', async () => {
  const line = (step: number) =>
    `${JSON.stringify({ kind: 'step', step, epoch: 0, loss: 1 / (step + 1) })}\n`;
  const log = `${line(0)}nonsense\n${line(1)}{"kind":"step"}\n${line(2)}{"kind":"st`;
  const { problems, page } = await reported(
    await copiedRun('cut', { log, config: { weights: null } }),
  );
  assert.match(problems[0], /^2 lines, line 2 first, of .*metrics\.jsonl cannot be understood/);
  assert.match(page, /&quot;points&quot;:\[\[1,1\],\[2,0\.5\],\[3,0\.3333\]\]/);
});

test('whatever numbers a log holds, there is a page of a reasonable size', async () => {
  const random = new Philox(4);
  const odd = [1e308, -1e308, 1e-320, 0, -0, 9e15, -3, 1e99, 5e-324, 1, 1];
  const any = (): number => odd[random.integer(odd.length)];
  const lines = Array.from({ length: 300 }, (_, i) => {
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, k) => [`m${k}"<b>`, any()]));
    const kind = random.integer(4) === 0 ? 'epoch' : 'step';
    const step = i % 7 === 0 ? 9e15 : random.integer(1000);
    return JSON.stringify({ kind, step, epoch: i, loss: any(), lr: any(), memory: any(), many });
  });
  const log = lines.map((line) => `${line}\n`).join('');
  const { page } = await reported(await copiedRun('odd', { log }));
  assert.ok(page.length < 1.5e6, `${page.length} bytes`);
  assert.doesNotMatch(page, /NaN|Infinity|undefined|"<b>/);
});

test('a run that goes on, one that was killed and one that broke down are told apart', async () => {
  const log = `${JSON.stringify({ kind: 'step', step: 0, epoch: 0, loss: 1 })}\n`;
  const run = await copiedRun('killed', { log, config: { weights: null } });
  const unmark = await markRunning(run);
  assert.equal((await reported(run)).state, 'running');
  await unmark();
  const killed = await reported(run);
  assert.equal(killed.state, 'stopped');
  assert.ok(killed.page.includes(`npx fovea train --resume ${run}`));
  assert.match(killed.problems[0], /has not come to a checkpoint/);
  const training = { brokeDownAtStep: 7 };
  const broken = await reported(await copiedRun('broken', { log, config: { training } }));
  assert.equal(broken.state, 'broke down');
  assert.match(broken.page, /its numbers were none at step 7/);
});

test('a page that cannot be written is refused with a way out, and the run stays as it was', async () => {
  const run = await copiedRun('read-only', { log: '' });
  const denied = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
  const files = { ...nodeFiles, open: () => Promise.reject(denied) };
  await assert.rejects(writeReport(run, { files }), (error) => {
    assert.ok(error instanceof WriteError);
    assert.match(error.message, /no permission to write in the folder/);
    return true;
  });
  assert.deepEqual((await readdir(run)).sort(), ['config.json', 'metrics.jsonl']);
  await mkdir(join(run, 'report.html'));
  const { code, stderr } = await runFovea(['report', run]);
  assert.equal(code, 1);
  assert.match(stderr, /it is a folder.*to write the page elsewhere: --out report\.html/);
  const out = at('elsewhere.html');
  assert.equal((await runFovea(['report', run, '--out', out])).code, 0);
  assert.ok((await stat(out)).isFile());
});

test('any measure has a curve with marks of epochs, and what the computer gave is told apart', async () => {
  const entries = [0, 1, 2].map((epoch) => ({
    ...{ kind: 'epoch', step: 10 * epoch + 9, epoch, seconds: 2, samplesPerSecond: 40 },
    ...{ memory: 2e8 + epoch * 1e8, loss: 3 - epoch, parts: { kl: epoch + 1 } },
    evaluation: { negativeElbo: 120 - epoch, psnr: 20 + epoch },
  }));
  const log = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
  const training = { epochs: 3, batch: 8, system: { node: '22.1.0', threads: 2 } };
  const { page, best } = await reported(await copiedRun('measures', { log, config: { training } }));
  assert.deepEqual([best.metric, best.value, best.step], ['loss', 1, 30]);
  const parts = page.split('<section>');
  const section = (title: string): string =>
    parts.find((part: string) => part.includes(title)) ?? '';
  const went = section('<h2>How it went</h2>');
  for (const title of ['loss', 'parts KL', 'negative ELBO', 'PSNR']) {
    assert.ok(went.includes(`<b>${title}</b>`), title);
  }
  assert.match(went, />epoch 1<.*>2<.*>3</s);
  assert.equal(went.split('class="grid epoch"').length - 1, 4 * 3);
  const took = section('<h2>What it took</h2>');
  assert.ok(!went.includes('<b>memory</b>') && took.includes('<b>memory</b>'));
  for (const fact of ['6.0 s', '400 MB', '22.1.0', '<dd>40</dd>', '200 ms']) {
    assert.ok(took.includes(fact), fact);
  }
});

test('the command that repeats a run names all its settings, and nothing that was measured', async () => {
  const log = `${JSON.stringify({ kind: 'epoch', step: 0, epoch: 0, evaluation: { kl: 3, psnr: 12 } })}\n`;
  const training = {
    ...{
      data: "it's mine",
      weightDecay: 1e-4,
      augment: ['flip', 'crop'],
      beta: 2,
      conditional: true,
    },
    ...{ init: undefined, steps: 9, ended: 'finished', kl: 3, psnr: 12, system: { threads: 2 } },
  };
  const { page } = await reported(await copiedRun('settings', { log, config: { training } }));
  const command = /<pre>([^<]*)/.exec(page)?.[1].replaceAll('&#39;', "'");
  assert.equal(
    command,
    "npx fovea train lenet5 --data 'it'\\''s mine' --weight-decay 0.0001 --augment flip,crop --beta 2 --conditional",
  );
});

test('samples of many steps share one slider, and are thinned out evenly where they are too large', async () => {
  const run = await copiedRun('samples', { log: '' });
  const random = new Philox(0);
  const noise = () => Uint8Array.from({ length: 100 * 100 }, () => random.integer(256));
  await mkdir(join(run, 'samples', 'drawn'), { recursive: true });
  for (let step = 0; step <= 100; step++) {
    const name = String(step).padStart(6, '0');
    const picture = { width: 100, height: 100, channels: 1, data: noise() };
    await writeFile(join(run, 'samples', 'drawn', `${name}.png`), encodePng(picture));
  }
  await writeFile(join(run, 'samples', 'drawn', '000050.png'), 'no picture');
  const { page } = await reported(run);
  assert.ok(page.length < 1.5e6, `${page.length} bytes`);
  const steps = /data-steps="([\d ]+)"/.exec(page)?.[1].split(' ').map(Number) ?? [];
  assert.deepEqual([steps[0], steps.at(-1)], [0, 100]);
  assert.ok(steps.length > 20 && !steps.includes(50), String(steps));
  const gaps = steps.slice(1).map((step, i) => step - steps[i]);
  assert.ok(Math.max(...gaps) <= 4, String(gaps));
  assert.match(page, /pictures are left out to keep this page small/);
});

test('a section that cannot be read leaves the others', async () => {
  const run = await readRun(at('a'));
  const sections: ReportSection[] = [
    {
      title: 'Damaged',
      render: () => {
        throw new FormatError('codes.npy', { happened: 'h', expected: 'e', mend: 'm' });
      },
    },
    { title: 'Late', render: async () => '<p>late</p>', style: '.late {}', script: 'late()' },
    { title: 'None', render: () => null, style: '.none {}' },
  ];
  const content = { run, network: null, pictures: new Map<string, string>(), leftOut: 0 };
  const page = await reportPage(content, sections);
  assert.match(page, /<h2>Damaged<\/h2><p class="problem">codes\.npy: h/);
  assert.match(page, /<h2>Late<\/h2><p>late<\/p>/);
  assert.ok(page.includes('.late {}') && page.includes('late()') && !page.includes('.none {}'));
  assert.ok(!page.includes('<h2>None</h2>'));
});

test('the page shows without an error in a browser', { skip: !chromiumPath }, async () => {
  await runFovea(['report', at('a')]);
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(`file://${at('a', 'report.html')}`);
    await page.locator('.chart').first().hover();
    assert.match(
      (await page.locator('.values').first().textContent()) ?? '',
      /^step \d+: training/,
    );
    await page.locator('#time').fill('0');
    assert.equal(await page.locator('#when').textContent(), 'step 10, epoch 1');
    assert.equal(await page.locator('.series img:visible').count(), 1);
    await page.locator('#play').click();
    assert.equal(await page.locator('#when').textContent(), 'step 20, epoch 1');
    assert.equal(await page.locator('.series img:visible').getAttribute('data-step'), '20');
    assert.deepEqual(errors, []);
  } finally {
    await browser.close();
  }
});
