/** openPictures: a folder of pictures, whether they are sorted into classes or not. */

import { nodeModules } from '../kept-files.js';
import { openImageFolder } from './image-folder.js';
import { listFolder } from './list-folder.js';
import { isPictureName, type PictureSet } from './picture-set.js';

/** The one class of pictures that are not sorted into any. */
export const noClass = 'pictures';

/**
 * The pictures of a folder: with a subfolder for each class as `openImageFolder` finds them; where there are no
 * such subfolders, those right in the folder, all of one class called 'pictures'. Nothing is decoded yet (Node).
 *
 * Throws DataError when there is no such folder, or no picture in it.
 *
 *     const signs = await openPictures('signs'); // signs/1F600.png, signs/1F601.png
 */
export async function openPictures(path: string): Promise<PictureSet> {
  const { path: paths } = nodeModules('in a browser, pass the files');
  const { files } = await listFolder(path);
  const pictures = files.filter((names) => isPictureName(names.at(-1)!));
  const loose = pictures.filter((names) => names.length === 1);
  if (loose.length === 0 || loose.length < pictures.length) return openImageFolder(path);
  return {
    ...{ name: paths.basename(paths.resolve(path)), classes: [noClass], length: loose.length },
    files: loose.map(([name]) => ({ name, source: paths.join(path, name) })),
    labels: new Int32Array(loose.length),
  };
}
