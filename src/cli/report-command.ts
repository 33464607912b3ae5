/** `fovea report`: writes the page of a run again. */

import { type FileSystem, WriteError } from '../formats/index.js';
import { bestOf, writeReport } from '../report/index.js';
import { print, type Terminal } from './terminal.js';

export interface ReportOptions {
  readonly out?: string;
  readonly json?: boolean;
}

export interface ReportSurroundings {
  readonly terminal: Terminal;
  /** Writes the page; tests pass disks that are read-only. */
  readonly files?: FileSystem;
}

/** Runs the command and returns the exit code; throws what goes wrong. */
export async function reportCommand(
  folder: string,
  { out, json }: ReportOptions,
  { terminal: { stdout }, files }: ReportSurroundings,
): Promise<number> {
  const { run, path } = await writeReport(folder, { out, files }).catch((error: unknown) => {
    if (error instanceof WriteError && out === undefined) {
      error.message += '; to write the page elsewhere: --out report.html';
    }
    throw error;
  });
  const { state, problems } = run;
  if (json) print(stdout, JSON.stringify({ out: path, state, best: bestOf(run), problems }));
  else print(stdout, [...problems, `the report is in ${path}`].join('\n'));
  return 0;
}
