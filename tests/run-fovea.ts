/** Runs the `fovea` command within the test's own process: faster than one of its own, and as its user sees it. */

import { Writable } from 'node:stream';
// The command's own entry does this as well: tensors are computed when they are asked for.
import '../src/index.js';
import { run } from '../src/cli/run.js';
import type { Output } from '../src/cli/terminal.js';
import type { FileSystem } from '../src/formats/index.js';
import type { Finished } from './spawn-fovea.js';

/** The exit code and the output of `fovea ...args`, without colour. */
export async function runFovea(
  args: readonly string[],
  { files }: { files?: FileSystem } = {},
): Promise<Finished> {
  const [stdout, stderr] = [new Text(), new Text()];
  const terminal = { stdout: stdout.output, stderr: stderr.output };
  const code = await run(args, { terminal, files });
  return { code, stdout: stdout.text, stderr: stderr.text };
}

/** A stream that keeps what is written to it. */
class Text extends Writable {
  text = '';

  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }

  get output(): Output {
    return { stream: this, isTerminal: false, color: false, colorDepth: 8, columns: 80 };
  }
}
