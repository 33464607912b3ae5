/** Two folders whose pictures belong together by their names: what is given, and what it is to become (Node). */

import { DataError } from '../dataset.js';
import { nodeModules } from '../kept-files.js';
import { listFolder } from './list-folder.js';
import { isPictureName, type PictureFile, type PictureSet } from './picture-set.js';

/**
 * Pairs of pictures: `from/rose.png` is to become `to/rose.jpg`. Names without their endings tell what belongs
 * together.
 *
 * Throws DataError for pictures without a partner or with two, and when there are none.
 *
 *     const lines = await openPairedFolders('openmoji/black', 'openmoji/color');
 */
export async function openPairedFolders(from: string, to: string): Promise<PictureSet> {
  const [sources, targets] = [await picturesIn(from), await picturesIn(to)];
  for (const [one, other, where] of [
    [sources, targets, to],
    [targets, sources, from],
  ] as const) {
    const alone = [...one].filter(([stem]) => !other.has(stem));
    if (alone.length === 0) continue;
    const [[, { source }]] = alone;
    throw new DataError(
      `${source}: there is no picture of this name in ${where}` +
        (alone.length > 1 ? `, and neither for ${alone.length - 1} others` : '') +
        '; expected a partner for every picture; add it, or take this one away',
    );
  }
  const stems = [...sources.keys()];
  return {
    ...{ name: nodeModules().path.basename(to), classes: ['pair'], length: stems.length },
    files: stems.map((stem) => sources.get(stem)!),
    targets: stems.map((stem) => targets.get(stem)!),
    labels: new Int32Array(stems.length),
  };
}

/** The pictures of a folder by their names without endings. */
async function picturesIn(path: string): Promise<Map<string, PictureFile>> {
  const { path: paths } = nodeModules();
  const found = new Map<string, PictureFile>();
  for (const names of (await listFolder(path)).files) {
    const name = names.join('/');
    if (!isPictureName(names.at(-1)!)) continue;
    const stem = name.replace(/\.\w+$/, '');
    const before = found.get(stem);
    if (before) {
      throw new DataError(
        `${path}: ${before.name} and ${name} have one name; expected different ones; rename one`,
      );
    }
    found.set(stem, { name, source: paths.join(path, ...names) });
  }
  if (found.size > 0) return found;
  throw new DataError(
    `${path}: there are no pictures; expected PNG, JPEG, GIF, BMP or WebP files; check the path`,
  );
}
