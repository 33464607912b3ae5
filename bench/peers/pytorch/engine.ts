/** PyTorch as a peer: serve.py in a Python that has torch. */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Skipped } from '../../session.js';
import { startCaseServer } from '../child-session.js';
import type { CaseServer, Peer, PeerOptions } from '../peer.js';

const run = promisify(execFile);

export const pytorch: Peer = { name: 'pytorch', start };

async function start({ threads }: PeerOptions): Promise<CaseServer | Skipped> {
  const python = await findPython();
  if (!python) return { skipped: `pytorch: ${pythonMissing}` };
  return startCaseServer('pytorch', {
    command: python,
    args: [scriptPath('serve.py'), '--threads', String(threads)],
    environment: peerEnvironment(process.env, threads),
  });
}

/**
 * `environment` without what changes how many threads or which kernels the peer's libraries choose,
 * so that it always runs as well as it can.
 */
export function peerEnvironment(
  environment: NodeJS.ProcessEnv,
  threads: number,
): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(
    ([name]) => !/^(OPENBLAS|GOTO|BLIS|OMP|GOMP|KMP|MKL|DNNL|ONEDNN|ATEN|TORCH)_/.test(name),
  );
  // torch.set_num_threads() does not reach an OpenBLAS that has threads of its own.
  const settings = { OPENBLAS_NUM_THREADS: String(threads), PYTHONDONTWRITEBYTECODE: '1' };
  return { ...Object.fromEntries(kept), ...settings };
}

export const pythonMissing =
  'no Python that imports torch; apt-get install python3-torch, or pip install torch and name that ' +
  'Python in FOVEA_PYTHON';

/** The first Python that imports torch: FOVEA_PYTHON, or the first on the path, or the system's. */
export async function findPython(): Promise<string | undefined> {
  for (const python of [process.env.FOVEA_PYTHON, 'python3', '/usr/bin/python3']) {
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

/** A script of this folder, which stays in bench/ when this file is compiled into dist/bench/. */
export function scriptPath(name: string): string {
  const beside = new URL(`./${name}`, import.meta.url);
  const source = new URL(`../../../../bench/peers/pytorch/${name}`, import.meta.url);
  return fileURLToPath(existsSync(beside) ? beside : source);
}
