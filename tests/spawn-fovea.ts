/** Runs the `fovea` command as a user does, in a process of its own. */

import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const command = fileURLToPath(new URL('../../bin/fovea.js', import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface SpawnOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Hears what was written to standard error so far, at every piece. */
  readonly onStderr?: (stderr: string, child: ChildProcess) => void;
}

/** The exit code and the output of `fovea ...args`. */
export function fovea(args: readonly string[], options: SpawnOptions = {}): Promise<Finished> {
  const { cwd, env, onStderr } = options;
  const child = spawn(process.execPath, [command, ...args], {
    cwd,
    // What the user has tuned would choose other methods, whose last bits differ.
    env: { ...process.env, NO_COLOR: '1', FOVEA_TUNING: 'off', ...env },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
    onStderr?.(stderr, child);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}
