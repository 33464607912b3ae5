/** The pictures that a run left in samples/: which of them a page has room for, and which belong together. */

import { runFiles } from '../train/index.js';

export interface RunPictures {
  /** By their paths in the folder of the run, as addresses. */
  readonly pictures: ReadonlyMap<string, string>;
  /** How many were left out, so that the page does not become too large. */
  readonly leftOut: number;
}

/** A picture of a series that was drawn again and again. */
export interface SamplePlace {
  readonly series: string;
  readonly step: number;
}

const patterns = [/^samples\/([^/]+)\/(\d+)\.png$/, /^samples\/([^/]+)-step(\d+)\.png$/];

/** Where a path such as `samples/drawn/000100.png` or `samples/drawn-step100.png` belongs; null for others. */
export function samplePlace(path: string): SamplePlace | null {
  for (const pattern of patterns) {
    const match = pattern.exec(path);
    if (match) return { series: match[1], step: Number(match[2]) };
  }
  return null;
}

/** Bytes of pictures in a page, all together: a third more as addresses. */
const mostBytes = 6e5;
/** More places than a slider can be moved to. */
const mostSteps = 60;

/** Reads the PNG files in samples/ of a run and in the folders there; none where there is no such folder. */
export async function picturesOf(folder: string): Promise<RunPictures> {
  const { readFile, stat } = await import('node:fs/promises');
  const { join } = await import('node:path');
  const pictures = new Map<string, string>();
  const paths = await picturePaths(folder);
  const order = byImportance(paths);
  let room = mostBytes;
  for (const path of order) {
    const file = join(folder, path);
    // A size from before the file is read, so that no huge one is.
    const size = await stat(file).then(
      (status) => (status.isFile() ? status.size : Number.POSITIVE_INFINITY),
      () => Number.POSITIVE_INFINITY,
    );
    if (size > room) continue;
    const bytes = await readFile(file).catch(() => null);
    if (bytes === null || !isPng(bytes)) continue;
    room -= bytes.length;
    pictures.set(path, `data:image/png;base64,${bytes.toString('base64')}`);
  }
  return { pictures, leftOut: paths.length - pictures.size };
}

async function picturePaths(folder: string): Promise<string[]> {
  const { readdir } = await import('node:fs/promises');
  const { join } = await import('node:path');
  const inside = (name: string) =>
    readdir(join(folder, name), { withFileTypes: true }).catch(() => []);
  const paths: string[] = [];
  for (const entry of await inside(runFiles.samples)) {
    const path = `${runFiles.samples}/${entry.name}`;
    if (!entry.isDirectory()) paths.push(path);
    else for (const { name } of await inside(path)) paths.push(`${path}/${name}`);
  }
  return paths.filter((path) => path.endsWith('.png')).sort();
}

/** Single pictures first, then those of the last step, the first, and the steps between them, evenly. */
function byImportance(paths: readonly string[]): string[] {
  const ofStep = new Map<number, string[]>();
  const single: string[] = [];
  for (const path of paths) {
    const place = samplePlace(path);
    if (place) ofStep.set(place.step, [...(ofStep.get(place.step) ?? []), path]);
    else single.push(path);
  }
  const steps = [...ofStep.keys()].sort((a, b) => a - b);
  const chosen = halved(steps.length).slice(0, mostSteps);
  return [...single, ...chosen.flatMap((i) => ofStep.get(steps[i]) ?? [])];
}

/** The numbers below `count`: the last, the first, then the middle of every gap, the widest gaps first. */
function halved(count: number): number[] {
  if (count === 0) return [];
  const order = new Set([count - 1, 0]);
  for (let parts = 2; order.size < count; parts *= 2) {
    for (let i = 1; i < parts; i += 2) order.add(Math.round((i * (count - 1)) / parts));
  }
  return [...order];
}

const isPng = (bytes: Uint8Array): boolean =>
  bytes.length > 24 && bytes[0] === 0x89 && bytes[1] === 0x50 && bytes[2] === 0x4e;
