/** Tells what kind of picture a file is by its first bytes. */

import { FormatError } from '../format-error.js';
import type { ImageFile } from './image-problem.js';

/** The kinds of pictures that are read. */
export type ImageKind = 'PNG' | 'JPEG' | 'GIF' | 'BMP' | 'WebP';

/** The kind, or null for anything else. */
export function imageKind(bytes: Uint8Array): ImageKind | null {
  const start = String.fromCharCode(...bytes.subarray(0, 12));
  if (start.startsWith('\x89PNG\r\n\x1a\n')) return 'PNG';
  if (start.startsWith('\xff\xd8\xff')) return 'JPEG';
  if (start.startsWith('GIF87a') || start.startsWith('GIF89a')) return 'GIF';
  if (start.startsWith('RIFF') && start.endsWith('WEBP')) return 'WebP';
  if (start.startsWith('BM')) return 'BMP';
  return null;
}

/** The error for a file that is not of the kind that was asked for. */
export function wrongKind(bytes: Uint8Array, { fileName, kind }: ImageFile): FormatError {
  const found = imageKind(bytes);
  const what = found
    ? `is a ${found} image`
    : bytes.length === 0
      ? 'is empty'
      : `is not a ${kind} image`;
  return new FormatError(fileName, {
    happened: `the file ${what}`,
    expected: `a ${kind} image`,
    mend: `convert it to ${kind}`,
  });
}
