/** What is wrong with a picture's file, in the same words for every kind of picture. */

import { FormatError } from '../format-error.js';

/** Where a problem was found. */
export interface ImageFile {
  readonly fileName: string;
  /** Such as 'PNG'. */
  readonly kind: string;
}

/** The most pixels of a picture that is read. */
const LARGEST = 100_000_000;

/** The file ends too early. */
export function cutOff({ fileName, kind }: ImageFile, happened: string): FormatError {
  return new FormatError(fileName, {
    happened,
    expected: `a complete ${kind} image`,
    mend: 'it is cut off or damaged; download or save it again',
  });
}

/** The file contradicts itself. */
export function damaged({ fileName, kind }: ImageFile, what: string, cause?: unknown): FormatError {
  return new FormatError(
    fileName,
    {
      happened: `the ${kind} image could not be decoded (${what})`,
      expected: `an undamaged ${kind} image`,
      mend: 'download or save it again',
    },
    cause,
  );
}

/** The file is whole, but of a sort that is not read. */
export function unsupported(
  { fileName, kind }: ImageFile,
  what: string,
  wanted: string,
): FormatError {
  return new FormatError(fileName, {
    happened: `the ${kind} image ${what}`,
    expected: wanted,
    mend: 'save it as such an image or as PNG',
  });
}

/**
 * Refuses an image before memory is taken for it: no pixels, more than 100 million, or more than
 * `atMost`, where a kind of file tells how many its bytes can hold.
 */
export function checkSize(
  { width, height }: { width: number; height: number },
  { file, atMost = LARGEST }: { file: ImageFile; atMost?: number },
): void {
  const pixels = width * height;
  if (width > 0 && height > 0 && pixels <= Math.min(LARGEST, atMost)) return;
  const tooMany = pixels > 0 && pixels <= LARGEST;
  throw new FormatError(file.fileName, {
    happened: `the image is ${width} x ${height} pixels`,
    expected: tooMany
      ? `at most ${Math.floor(atMost)} pixels in a ${file.kind} file of its length`
      : `1 to ${LARGEST / 1e6} million pixels`,
    mend: tooMany
      ? 'the file is damaged, cut off or harmful; download or save it again'
      : 'make the image smaller, or save it again if it is damaged',
  });
}
