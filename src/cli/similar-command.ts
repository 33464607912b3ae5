/** `fovea similar`: the pictures whose codes are nearest to that of a picture. */

import { ready } from '../backends/default-backend.js';
import { ValueError } from '../graph/errors.js';
import { imagesOf } from '../latent/contact-sheet.js';
import { codesOf, nearestRows } from '../latent/features/index.js';
import {
  type LatentPictures,
  type LatentRun,
  latentPictures,
  openLatentRun,
  ownPictures,
} from '../latent/index.js';
import { htmlPage } from '../report/html-page.js';
import { formatCount, formatTable } from '../text/table.js';
import { checkPicturePath, writePicture } from './picture-file.js';
import { type SimilarPicture, similarSheetSvg } from './similar/sheet.js';
import { stageProgress } from './stage-progress.js';
import { listenForStop } from './stop-signals.js';
import { print, type Terminal } from './terminal.js';
import { useThreads } from './threads.js';
import { UsageError } from './usage.js';

export interface SimilarOptions {
  readonly data?: string;
  readonly split: 'train' | 'test';
  /** Search only the first so many pictures. */
  readonly among?: number;
  /** Pictures to find. */
  readonly count: number;
  /** The file of a contact sheet. */
  readonly out?: string;
  readonly threads?: number;
  readonly json?: boolean;
}

const metrics = ['euclidean', 'cosine'] as const;
const metricNames = { euclidean: 'Euclidean distance', cosine: 'cosine distance' };

/** One that was found. */
interface Found {
  readonly name: string;
  /** Its class; null where it has none. */
  readonly label: string | null;
  readonly distance: number;
  /** Its place among those that were searched. */
  readonly index: number;
}

/** Runs the command and returns the exit code; throws what goes wrong. */
export async function similarCommand(
  { folder, path }: { folder: string; path: string },
  options: SimilarOptions,
  { stdout, stderr }: Terminal,
): Promise<number> {
  const { data, split, among, count, out, threads, json } = options;
  if (out !== undefined) checkPicturePath(out);
  if (threads !== undefined) useThreads(threads);
  const run = await openLatentRun(folder);
  if (run.numClasses !== null) {
    throw new UsageError(
      `${folder} is told the class of each picture, which is not known of ${path}; ` +
        'use a network that was trained without --conditional',
    );
  }
  const progress = stageProgress(stderr);
  const stop = listenForStop(progress.stop);
  const { signal } = stop;
  try {
    const query = await latentPictures(run, path);
    if (query.names.length !== 1) {
      throw new UsageError(`${path} holds ${query.names.length} pictures; give the file of one`);
    }
    progress.show('reading pictures', 0, 1);
    const where = { split, count: among, signal };
    const gallery = await (data === undefined
      ? ownPictures(run, where)
      : latentPictures(run, data, where));
    await ready();
    const found = await search(run, { query, gallery, count, signal }, progress.show);
    progress.stop();
    const searched = data ?? run.config.data.name;
    const facts = { run: folder, query: path, data: searched, searched: gallery.names.length };
    if (out !== undefined) {
      const title = `Nearest to ${query.names[0]}`;
      const note = `by codes of ${run.latent} numbers (${run.name}), among ${formatCount(facts.searched)} pictures of ${searched}`;
      await writeSheet(out, { title, note, run, query, gallery, found });
    }
    if (json) {
      print(stdout, JSON.stringify({ ...facts, out: out ?? null, ...found }));
      return 0;
    }
    for (const line of linesOf(found)) print(stdout, line);
    if (out !== undefined) print(stdout, `\nthey are shown in ${out}`);
    return 0;
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
    print(stderr, 'stopped; nothing was found');
    return stop.exitCode();
  } finally {
    progress.stop();
    stop.release();
  }
}

type FoundBy = Readonly<Record<(typeof metrics)[number], readonly Found[]>>;

interface Search {
  readonly query: LatentPictures;
  readonly gallery: LatentPictures;
  readonly count: number;
  readonly signal: AbortSignal;
}

async function search(
  run: LatentRun,
  { query, gallery, count, signal }: Search,
  show: (what: string, done: number, count: number) => void,
): Promise<FoundBy> {
  const codes = await codesOf(run, gallery.pictures, {
    signal,
    onProgress: ({ done, count: all }) => show('encoding', done, all),
  });
  const asked = await codesOf(run, query.pictures, { signal });
  const wanted = Math.min(count, codes.count);
  const by = async (metric: (typeof metrics)[number]): Promise<Found[]> => {
    const near = await nearestRows(asked, codes, { metric, count: wanted, signal });
    return Array.from(near.indices, (index, place) => ({
      name: gallery.names[index],
      label: gallery.labels ? gallery.classes[gallery.labels[index]] : null,
      distance: near.distances[place],
      index,
    }));
  };
  return { euclidean: await by('euclidean'), cosine: await by('cosine') };
}

interface Shown {
  readonly title: string;
  readonly note: string;
  readonly run: LatentRun;
  readonly query: LatentPictures;
  readonly gallery: LatentPictures;
  readonly found: FoundBy;
}

async function writeSheet(out: string, shown: Shown): Promise<void> {
  const { title, note, run, query, gallery, found } = shown;
  const [channels] = run.shape;
  if (channels !== 1 && channels !== 3) {
    throw new ValueError(`pictures of ${channels} channels cannot be shown; leave --out away`);
  }
  const size = query.pictures.length;
  const row = (metric: (typeof metrics)[number]): SimilarPicture[] =>
    found[metric].map(({ name, label, distance, index }) => {
      const pixels = gallery.pictures.subarray(index * size, (index + 1) * size);
      return { picture: imagesOf(pixels, run.shape)[0], name: label ?? name, distance };
    });
  const sheet = {
    ...{ title, note },
    query: { picture: imagesOf(query.pictures, run.shape)[0], name: query.names[0] },
    rows: metrics.map((metric) => ({ name: `by ${metricNames[metric]}`, found: row(metric) })),
  };
  await writePicture(out, {
    svg: () => similarSheetSvg(sheet),
    page: () => {
      const svg = similarSheetSvg({ ...sheet, title: '', note: '' }, { ink: 'currentColor' });
      const html = `<div style="overflow-x:auto">${svg}</div>`;
      return htmlPage({ title, lead: `<p>${note}</p>`, sections: [{ title: 'By codes', html }] });
    },
  });
}

function linesOf(found: FoundBy): string[] {
  const rows = found.euclidean.map((near, place) => {
    const other = found.cosine[place];
    return [`${place + 1}`, ...cells(near), ...cells(other)];
  });
  return formatTable(['', 'by Euclidean', 'distance', 'by cosine', 'distance'], rows);
}

const cells = ({ name, label, distance }: Found): string[] => [
  label === null ? name : `${name} (${label})`,
  distance.toPrecision(4),
];
