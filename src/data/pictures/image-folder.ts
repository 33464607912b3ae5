/** Folders of pictures with a subfolder for each class. */

import { DataError } from '../dataset.js';
import { nodeModules } from '../kept-files.js';
import { listFolder } from './list-folder.js';
import { byName, isPictureName, type PictureFile, type PictureSet } from './picture-set.js';

/**
 * The pictures of a folder whose subfolders are the classes, as torchvision's `ImageFolder` finds them (Node):
 * PNG, JPEG, GIF, BMP and WebP files, in deeper folders too. Classes and files are sorted by name; what is
 * hidden or no picture is left out. Nothing is decoded yet.
 *
 * Throws DataError when there is no such folder, when it has no subfolders, and for a subfolder without pictures.
 *
 *     const pets = await openImageFolder('pets'); // pets/cat/tom.png, pets/dog/rex.jpg
 *     pets.classes; // ['cat', 'dog']
 */
export async function openImageFolder(path: string): Promise<PictureSet> {
  const { path: paths } = nodeModules('in a browser, use imageFolderFromFiles');
  const { files, folders } = await listFolder(path);
  const pictures = files.map((names) => ({ names, source: paths.join(path, ...names) }));
  return folderOf({ name: paths.basename(paths.resolve(path)), path, pictures, folders });
}

/**
 * The same of files that a visitor chose: `<input type="file" webkitdirectory>`.
 *
 * Throws DataError when they do not lie in subfolders of one folder.
 *
 *     const pets = imageFolderFromFiles(input.files);
 */
export function imageFolderFromFiles(files: Iterable<File>): PictureSet {
  const all = [...files].map((source) => {
    const [root, ...names] = source.webkitRelativePath.split('/');
    return { root, names, source };
  });
  const name = all[0]?.root || 'the chosen files';
  return folderOf({ name, path: name, pictures: all, folders: [] });
}

/** A folder as browsers hand it out. */
export interface DirectoryHandle {
  readonly kind: 'directory';
  readonly name: string;
  values(): AsyncIterable<DirectoryHandle | FileHandle>;
}

export interface FileHandle {
  readonly kind: 'file';
  readonly name: string;
  getFile(): Promise<File>;
}

/**
 * The same of a folder that a visitor opened.
 *
 * Throws DataError as `openImageFolder` does.
 *
 *     const pets = await imageFolderFromDirectory(await showDirectoryPicker());
 */
export async function imageFolderFromDirectory(handle: DirectoryHandle): Promise<PictureSet> {
  const pictures: Picture[] = [];
  const folders: string[] = [];
  const walk = async (folder: DirectoryHandle, before: readonly string[]): Promise<void> => {
    for await (const entry of folder.values()) {
      if (entry.name.startsWith('.')) continue;
      const names = [...before, entry.name];
      if (entry.kind === 'file') pictures.push({ names, source: await entry.getFile() });
      else {
        if (before.length === 0) folders.push(entry.name);
        await walk(entry, names);
      }
    }
  };
  await walk(handle, []);
  return folderOf({ name: handle.name, path: handle.name, pictures, folders });
}

interface Picture {
  readonly names: readonly string[];
  readonly source: PictureFile['source'];
}

interface Folder {
  readonly name: string;
  readonly path: string;
  readonly pictures: readonly Picture[];
  /** The subfolders, empty ones too. */
  readonly folders: readonly string[];
}

function folderOf({ name, path, pictures, folders }: Folder): PictureSet {
  const inside = pictures
    .filter(({ names }) => names.length > 1 && names.every((part) => !part.startsWith('.')))
    .filter(({ names }) => isPictureName(names.at(-1)!))
    .map(({ names, source }) => ({ label: names[0], name: names.join('/'), source }))
    .sort((a, b) => byName(a.label, b.label) || byName(a.name, b.name));
  const found = new Set(inside.map(({ label }) => label));
  if (found.size === 0) {
    const loose = pictures.filter(({ names }) => names.length === 1 && isPictureName(names[0]));
    throw new DataError(
      `${path}: there are no pictures in subfolders` +
        (loose.length > 0 ? `, but ${loose.length} in the folder itself` : '') +
        '; expected a subfolder for each class with PNG, JPEG, GIF, BMP or WebP files in it; ' +
        'sort the pictures into folders named after what they show',
    );
  }
  const empty = folders.filter((folder) => !found.has(folder));
  if (empty.length > 0) {
    throw new DataError(
      `${path}: the class "${empty[0]}" has no pictures` +
        (empty.length > 1 ? `, and neither have ${empty.length - 1} others` : '') +
        '; expected PNG, JPEG, GIF, BMP or WebP files in every subfolder; fill or remove it',
    );
  }
  const classes = [...found].sort(byName);
  const numbers = new Map(classes.map((label, i) => [label, i]));
  return {
    ...{ name, classes, length: inside.length },
    files: inside.map(({ name: file, source }) => ({ name: file, source })),
    labels: Int32Array.from(inside, ({ label }) => numbers.get(label)!),
  };
}
