/** Checks the chunks of a PNG file before its pixels are decompressed. */

import { FormatError } from '../format-error.js';

/** The size and sample layout that a PNG file declares; `channels` counts a palette index as one. */
export interface PngHeader {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly channels: number;
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const largestImage = 100_000_000;

/** Channels and allowed bit depths of every colour type of the PNG specification. */
const colourTypes: Record<number, { channels: number; depths: readonly number[] }> = {
  0: { channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { channels: 3, depths: [8, 16] },
  3: { channels: 1, depths: [1, 2, 4, 8] },
  4: { channels: 2, depths: [8, 16] },
  6: { channels: 4, depths: [8, 16] },
};

/** The header of a PNG file whose chunks are complete and whose size is reasonable. */
export function readPngHeader(bytes: Uint8Array, fileName: string): PngHeader {
  checkSignature(bytes, fileName);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 33 || chunkType(view, 8) !== 'IHDR' || view.getUint32(8) !== 13) {
    throw cutOff(fileName, `the file has ${bytes.length} bytes and no image header`);
  }
  const width = view.getUint32(16);
  const height = view.getUint32(20);
  const depth = bytes[24];
  const colourType = bytes[25];
  const layout = colourTypes[colourType];
  if (!layout?.depths.includes(depth)) {
    throw new FormatError(fileName, {
      happened: `the PNG header says ${depth} bits per sample of colour type ${colourType}`,
      expected: 'a combination that the PNG specification allows',
      mend: 'the file is damaged; download or save it again',
    });
  }
  if (width === 0 || height === 0 || width * height > largestImage) {
    throw new FormatError(fileName, {
      happened: `the image is ${width} x ${height} pixels`,
      expected: `1 to ${largestImage / 1e6} million pixels`,
      mend: 'make the image smaller, or save it again if it is damaged',
    });
  }
  const interlaced = bytes[28] !== 0;
  if (interlaced && depth < 8) {
    throw new FormatError(fileName, {
      happened: `the image is interlaced and has ${depth} bits per sample`,
      expected: 'no interlacing, or 8 or 16 bits per sample',
      mend: 'save the image without interlacing',
    });
  }
  const header = { width, height, depth, channels: layout.channels };
  checkChunks(view, { header, hasPalette: colourType === 3, fileName });
  return header;
}

function checkSignature(bytes: Uint8Array, fileName: string): void {
  if (signature.every((byte, i) => bytes[i] === byte)) return;
  const start = String.fromCharCode(...bytes.subarray(0, 12));
  const kind = start.startsWith('\xff\xd8\xff')
    ? 'is a JPEG image'
    : start.startsWith('GIF8')
      ? 'is a GIF image'
      : start.startsWith('RIFF') && start.endsWith('WEBP')
        ? 'is a WebP image'
        : start.startsWith('BM')
          ? 'is a BMP image'
          : bytes.length === 0
            ? 'is empty'
            : 'is not a PNG image';
  throw new FormatError(fileName, {
    happened: `the file ${kind}`,
    expected: 'a PNG image',
    mend: 'convert it to PNG',
  });
}

/** Walks over the chunks, so that a file that was cut off is named as such. */
function checkChunks(
  view: DataView,
  { header, hasPalette, fileName }: { header: PngHeader; hasPalette: boolean; fileName: string },
): void {
  let position = 8;
  let compressed = 0;
  let palette = 0;
  for (let type = ''; type !== 'IEND'; ) {
    if (position + 12 > view.byteLength) {
      throw cutOff(fileName, `the file ends after ${view.byteLength} bytes without an end mark`);
    }
    const length = view.getUint32(position);
    type = chunkType(view, position);
    if (position + 12 + length > view.byteLength) {
      throw cutOff(
        fileName,
        `chunk ${JSON.stringify(type)} at byte ${position} needs ${length} bytes of data but only ${
          view.byteLength - position - 12
        } follow`,
      );
    }
    if (type === 'IDAT') compressed += length;
    if (type === 'PLTE') palette = length;
    position += 12 + length;
  }
  if (compressed === 0) throw cutOff(fileName, 'the file holds no pixels');
  if (hasPalette && palette === 0) throw cutOff(fileName, 'the palette of the image is missing');
  // Compressed pixels that outweigh the plain ones are a decompression bomb, not an image.
  const plain = Math.ceil((header.width * header.channels * header.depth) / 8 + 1) * header.height;
  if (compressed > 2 * plain + 65536) {
    throw new FormatError(fileName, {
      happened: `${compressed} bytes of compressed pixels for an image of ${header.width} x ${header.height}`,
      expected: `about ${plain} bytes or fewer`,
      mend: 'the file is damaged or harmful; save the image again',
    });
  }
}

function chunkType(view: DataView, position: number): string {
  return String.fromCharCode(
    ...Array.from({ length: 4 }, (_, i) => view.getUint8(position + 4 + i)),
  );
}

function cutOff(fileName: string, happened: string): FormatError {
  return new FormatError(fileName, {
    happened,
    expected: 'a complete PNG image',
    mend: 'it is cut off or damaged; download or save it again',
  });
}
