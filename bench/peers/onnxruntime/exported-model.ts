/** ONNX files of the benchmark's networks: exported by PyTorch when they are first wanted, then kept. */

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { PackageMissing } from '../peer.js';
import { findPython, pythonMissing, scriptPath } from '../pytorch/engine.js';

const run = promisify(execFile);

/**
 * The path of the ONNX file of a case; it lies in the system's folder for temporary files.
 *
 * Throws PackageMissing when there is no PyTorch to export it.
 */
export async function exportedModel(caseId: string): Promise<string> {
  // Of a network whatever the batch, so without the last part of its name.
  const name = dirname(caseId).replaceAll('/', '-');
  const folder = join(tmpdir(), `fovea-bench-onnx-${await sourcesKey()}`);
  const path = join(folder, `${name}.onnx`);
  if (existsSync(path)) return path;
  const python = await findPython();
  if (!python) throw new PackageMissing(`its models are exported by PyTorch: ${pythonMissing}`);
  await mkdir(folder, { recursive: true });
  const unfinished = `${path}.${process.pid}`;
  const environment = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' };
  await run(python, [scriptPath('export_onnx.py'), caseId, unfinished], { env: environment });
  await rename(unfinished, path);
  return path;
}

/** Another one whenever a script of the PyTorch peer is another one. */
async function sourcesKey(): Promise<string> {
  const folder = dirname(scriptPath('export_onnx.py'));
  const names = await readdir(folder, { recursive: true });
  const hash = createHash('sha256');
  for (const name of names.filter((entry) => entry.endsWith('.py')).sort()) {
    hash.update(await readFile(join(folder, name)));
  }
  return hash.digest('hex').slice(0, 16);
}
