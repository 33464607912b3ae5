/** Checks the chunks of a PNG file and gathers those that make its picture, before anything is decompressed. */

import { crc32 } from '../crc32.js';
import { checkSize, cutOff, damaged, type ImageFile, unsupported } from './image-problem.js';

/** The size and sample layout that a PNG file declares; `channels` counts a palette index as one. */
export interface PngHeader {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly channels: number;
  readonly interlaced: boolean;
}

export interface PngChunks {
  readonly header: PngHeader;
  /** Three bytes for each colour; null when the samples are no indices. */
  readonly palette: Uint8Array | null;
  /** The transparent colour, or the palette's alpha. */
  readonly transparency: Uint8Array | null;
  /** EXIF data. */
  readonly exif: Uint8Array | null;
  /** The pieces of the compressed pixels. */
  readonly pieces: readonly Uint8Array[];
}

/** Channels and allowed bit depths of every colour type of the PNG specification. */
const colourTypes: Record<number, { channels: number; depths: readonly number[] }> = {
  0: { channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { channels: 3, depths: [8, 16] },
  3: { channels: 1, depths: [1, 2, 4, 8] },
  4: { channels: 2, depths: [8, 16] },
  6: { channels: 4, depths: [8, 16] },
};

const INDEXED = 3;

/** The chunks of a PNG file that is complete and whose size is reasonable. */
export function readPngChunks(bytes: Uint8Array, file: ImageFile): PngChunks {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 33 || chunkType(view, 8) !== 'IHDR' || view.getUint32(8) !== 13) {
    throw cutOff(file, `the file has ${bytes.length} bytes and no image header`);
  }
  const header = readHeader(view, file);
  const indexed = bytes[25] === INDEXED;
  const found = gatherChunks(view, file);
  const { pieces, palette } = found;
  if (pieces.length === 0) throw cutOff(file, 'the file holds no pixels');
  if (indexed && palette === null) throw cutOff(file, 'the palette of the image is missing');
  if (indexed && palette !== null && (palette.length % 3 !== 0 || palette.length > 768)) {
    throw damaged(file, `a palette of ${palette.length} bytes`);
  }
  return { ...found, header, palette: indexed ? palette : null };
}

function readHeader(view: DataView, file: ImageFile): PngHeader {
  checkSum(view, { at: 8, type: 'IHDR', length: 13 }, file);
  const width = view.getUint32(16);
  const height = view.getUint32(20);
  const [depth, colourType, compression, filter, interlacing] = new Uint8Array(
    view.buffer,
    view.byteOffset + 24,
  );
  const layout = colourTypes[colourType];
  if (!layout?.depths.includes(depth) || compression !== 0 || filter !== 0 || interlacing > 1) {
    throw damaged(
      file,
      `its header says ${depth} bits per sample of colour type ${colourType}, compression ` +
        `${compression}, filter ${filter} and interlacing ${interlacing}`,
    );
  }
  checkSize({ width, height }, { file });
  return { width, height, depth, channels: layout.channels, interlaced: interlacing === 1 };
}

/** Walks over the chunks, so that a file that was cut off is named as such. */
function gatherChunks(view: DataView, file: ImageFile): Omit<PngChunks, 'header'> {
  const pieces: Uint8Array[] = [];
  const wanted: Record<string, Uint8Array | null> = { PLTE: null, tRNS: null, eXIf: null };
  let at = 33;
  for (let type = ''; type !== 'IEND'; ) {
    if (at + 12 > view.byteLength) {
      throw cutOff(file, `the file ends after ${view.byteLength} bytes without an end mark`);
    }
    const length = view.getUint32(at);
    type = chunkType(view, at);
    if (at + 12 + length > view.byteLength) {
      throw cutOff(
        file,
        `chunk ${JSON.stringify(type)} at byte ${at} needs ${length} bytes of data but only ${
          view.byteLength - at - 12
        } follow`,
      );
    }
    const data = new Uint8Array(view.buffer, view.byteOffset + at + 8, length);
    // A capital says that the picture cannot be shown without the chunk.
    const isCritical = /^[A-Z]/.test(type) && type !== 'IEND';
    if (isCritical || type in wanted) checkSum(view, { at, type, length }, file);
    if (type === 'IDAT') {
      pieces.push(data);
    } else if (type in wanted) {
      wanted[type] ??= data;
    } else if (isCritical) {
      throw type === 'IHDR'
        ? damaged(file, `a second header, at byte ${at}`)
        : unsupported(file, `needs chunk ${type} at byte ${at}`, 'chunks of the PNG specification');
    }
    at += 12 + length;
  }
  return { pieces, palette: wanted.PLTE, transparency: wanted.tRNS, exif: wanted.eXIf };
}

function chunkType(view: DataView, at: number): string {
  return String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset + at + 4, 4));
}

function checkSum(
  view: DataView,
  { at, type, length }: { at: number; type: string; length: number },
  file: ImageFile,
): void {
  const summed = new Uint8Array(view.buffer, view.byteOffset + at + 4, length + 4);
  if (crc32(summed) !== view.getUint32(at + 8 + length)) {
    throw damaged(file, `chunk ${type} at byte ${at} does not match its checksum`);
  }
}
