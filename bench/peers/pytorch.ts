/** PyTorch as a peer: runs pytorch.py with a Python that has torch. */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Row } from '../report.js';
import type { Peer } from './peer.js';

const run = promisify(execFile);

export const pytorch: Peer = {
  name: 'pytorch',
  async run(workload, { threads, flops, seconds }) {
    const python = await findPython();
    if (!python) {
      return {
        skipped:
          'PyTorch: no Python here imports torch; install it (apt-get install python3-torch, or pip ' +
          'install torch) or name a Python that has it in FOVEA_PYTHON',
      };
    }
    const script = findScript();
    const { stdout } = await run(
      python,
      [
        script,
        workload,
        ...['--threads', String(threads)],
        ...['--flops', String(flops)],
        ...['--seconds', String(seconds)],
        '--json',
      ],
      { maxBuffer: 2 ** 24 },
    );
    const { rows } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { rows: Row[] };
    return rows;
  },
};

/** The first Python that imports torch: FOVEA_PYTHON, the system's, or the one on the path. */
async function findPython(): Promise<string | undefined> {
  const candidates = [process.env.FOVEA_PYTHON, '/usr/bin/python3', 'python3'];
  for (const python of candidates) {
    if (!python) continue;
    try {
      await run(python, ['-c', 'import torch']);
      return python;
    } catch {
      // Not installed, or without torch: try the next.
    }
  }
  return undefined;
}

/** The script stays in bench/peers/ when this file is compiled into dist/bench/peers/. */
function findScript(): string {
  const beside = new URL('./pytorch.py', import.meta.url);
  const source = new URL('../../../bench/peers/pytorch.py', import.meta.url);
  return fileURLToPath(existsSync(beside) ? beside : source);
}
