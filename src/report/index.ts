/** Reports of runs: read from their folders, written as pages. */

import { type FileSystem, FormatError, writeFileAtomically } from '../formats/index.js';
import { runFiles } from '../train/index.js';
import { type RecordedRun, readRun, weightsOf } from './read-run.js';
import { reportPage } from './report-page.js';
import { picturesOf } from './run-pictures.js';

export { comparedRunsPage } from './compared-runs-page.js';
export { formatMetric } from './measure.js';
export { bestOf, type RecordedRun, type RunState, readRun, secondsOf } from './read-run.js';
export type { ReportContent, ReportSection } from './section.js';

/**
 * Writes the page of the run in `folder`, by default into it as report.html; tells where it is, and what of the
 * run could not be read.
 *
 * Throws FormatError when there is no run, and WriteError when the page cannot be written.
 */
export async function writeReport(
  folder: string,
  { out, files }: { out?: string; files?: FileSystem } = {},
): Promise<{ run: RecordedRun; path: string }> {
  const { join } = await import('node:path');
  const found = await readRun(folder);
  const { network, problems } = await weightsOf(folder);
  const run = { ...found, problems: [...found.problems, ...problems] };
  const path = out ?? join(folder, runFiles.report);
  const page = await reportPage({ run, network, ...(await picturesOf(folder)) });
  await writeFileAtomically(path, page, { files });
  return { run, path };
}

/**
 * The runs in the folders right in `folder`, by name, and why others cannot be read; folders without a run are
 * passed over.
 *
 * Throws FormatError when there is no such folder.
 */
export async function readRuns(
  folder: string,
): Promise<{ runs: readonly RecordedRun[]; problems: readonly string[] }> {
  const { access, readdir } = await import('node:fs/promises');
  const { join } = await import('node:path');
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw new FormatError(
      folder,
      {
        happened: `it cannot be read (${error instanceof Error ? error.message : error})`,
        expected: 'a folder with the folders of runs',
        mend: 'name another folder, or train something first',
      },
      error,
    );
  });
  const runs: RecordedRun[] = [];
  const problems: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    const isRun = await access(join(path, runFiles.config)).then(
      () => true,
      () => false,
    );
    if (!isRun) continue;
    try {
      runs.push(await readRun(path));
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      problems.push(error.message);
    }
  }
  return { runs, problems };
}
