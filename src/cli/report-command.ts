/** `fovea report`: writes the page of a run again. */

import { bestOf, writeReport } from '../report/index.js';
import { print, type Terminal } from './terminal.js';

export interface ReportOptions {
  readonly out?: string;
  readonly json?: boolean;
}

/** Runs the command and returns the exit code; throws what goes wrong. */
export async function reportCommand(
  folder: string,
  { out, json }: ReportOptions,
  { stdout }: Terminal,
): Promise<number> {
  const { run, path } = await writeReport(folder, { out });
  const { state, problems } = run;
  if (json) print(stdout, JSON.stringify({ out: path, state, best: bestOf(run), problems }));
  else print(stdout, [...problems, `the report is in ${path}`].join('\n'));
  return 0;
}
