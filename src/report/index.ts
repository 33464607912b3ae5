/** Reports of runs: read from their folders, written as pages. */

import { FormatError, writeFileAtomically } from '../formats/index.js';
import { runFiles } from '../train/index.js';
import { type RecordedRun, readRun, weightsOf } from './read-run.js';
import { reportPage } from './report-page.js';

export { formatMetric } from './curve-chart.js';
export { bestOf, type RecordedRun, type RunState, readRun, secondsOf } from './read-run.js';
export { comparedRunsPage } from './report-page.js';

/** Bytes of pictures in a page, all together. */
const mostPictureBytes = 6e5;

/**
 * Writes the page of the run in `folder`, by default into it as report.html; tells where it is.
 *
 * Throws FormatError when there is no run, and WriteError when the page cannot be written.
 */
export async function writeReport(
  folder: string,
  { out }: { out?: string } = {},
): Promise<{ run: RecordedRun; path: string }> {
  const { join } = await import('node:path');
  const run = await readRun(folder);
  const path = out ?? join(folder, runFiles.report);
  const content = { run, network: await weightsOf(folder), pictures: await picturesOf(folder) };
  await writeFileAtomically(path, await reportPage(content));
  return { run, path };
}

/** The PNG files in samples/ as addresses; those that no longer fit are left out. */
async function picturesOf(folder: string): Promise<Map<string, string>> {
  const { readdir, readFile } = await import('node:fs/promises');
  const { join } = await import('node:path');
  const names = await readdir(join(folder, runFiles.samples)).catch(() => []);
  const pictures = new Map<string, string>();
  let room = mostPictureBytes;
  for (const name of names.sort()) {
    if (!name.endsWith('.png')) continue;
    const bytes = await readFile(join(folder, runFiles.samples, name)).catch(() => null);
    if (bytes === null || bytes.length > room) continue;
    room -= bytes.length;
    const uri = `data:image/png;base64,${bytes.toString('base64')}`;
    pictures.set(`${runFiles.samples}/${name}`, uri);
  }
  return pictures;
}

/** The runs in the folders right in `folder`, by name; other folders are passed over. */
export async function readRuns(folder: string): Promise<RecordedRun[]> {
  const { readdir } = await import('node:fs/promises');
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
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!entry.isDirectory()) continue;
    const run = await readRun(join(folder, entry.name)).catch((error: unknown) => {
      if (error instanceof FormatError) return null;
      throw error;
    });
    if (run) runs.push(run);
  }
  return runs;
}
