/** Kills a training at random moments and goes on with it, until it ends: what the tests of resuming have in common. */

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Philox } from '../src/random/philox.js';
import { loadNetwork, readMetrics } from '../src/train/index.js';

const command = fileURLToPath(new URL('../../bin/fovea.js', import.meta.url));
const training = [
  ...['train', 'lenet5', '--data', 'digits', '--train-size', '400', '--test-size', '50'],
  ...['--batch', '20', '--epochs', '3', '--checkpoint-every', '1', '--quiet'],
];

/** What a training ends with, to the bit. */
async function outcomeOf(out: string) {
  const { config, stateDict } = await loadNetwork(out);
  const metrics = await readMetrics(join(out, 'metrics.jsonl'));
  const told = metrics.map(({ seconds, samplesPerSecond, memory, ...entry }) =>
    JSON.stringify(entry),
  );
  const { seconds: _, ...results } = config.training;
  return { weights: config.weights, results, stateDict, told };
}

function start(args: readonly string[]): { child: ChildProcess; ended: Promise<number | null> } {
  const child = spawn(process.execPath, [command, ...args], {
    env: { ...process.env, NO_COLOR: '1', FOVEA_TUNING: 'off' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code !== 0 && signal !== 'SIGKILL') reject(new Error(stderr));
      else resolve(code);
    });
  });
  return { child, ended };
}

/** Trains, with SIGKILL at `kills` random moments, and compares with the training that was never killed. */
export async function surviveKills(kills: number, seed: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'fovea-killed-'));
  const random = new Philox(seed);
  try {
    const whole = join(folder, 'whole');
    const begin = performance.now();
    assert.equal(await start([...training, '--out', whole]).ended, 0);
    const duration = performance.now() - begin;
    const expected = await outcomeOf(whole);
    let killed = 0;
    for (let run = 0; killed < kills; run++) {
      const out = join(folder, `run-${run}`);
      for (let code: number | null = null; code !== 0; ) {
        const begun = existsSync(join(out, 'config.json'));
        const args = begun ? ['train', '--resume', out, '--quiet'] : [...training, '--out', out];
        const { child, ended } = start([...args, ...(begun ? ['--checkpoint-every', '1'] : [])]);
        const timer = setTimeout(() => child.kill('SIGKILL'), random.uniform() * duration);
        code = await ended;
        clearTimeout(timer);
        if (code === null) killed++;
      }
      assert.deepEqual(await outcomeOf(out), expected, `run ${run}, after ${killed} kills in all`);
      await rm(out, { recursive: true });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
