/** What the frame header of a JPEG file says: size, channels and their resolution (ITU-T T.81, B.2.2). */

import { checkSize, cutOff, damaged, type ImageFile, unsupported } from '../image-problem.js';

/** One channel of the picture. */
export interface Component {
  readonly id: number;
  /** Blocks of a unit of the scan, across and down. */
  readonly h: number;
  readonly v: number;
  /** How many pixels a sample is wide and high. */
  readonly stretchX: number;
  readonly stretchY: number;
  /** Which quantisation table its coefficients use. */
  readonly table: number;
  /** Samples that belong to the picture. */
  readonly width: number;
  readonly height: number;
  /** Blocks that belong to the picture. */
  readonly blocksAcross: number;
  readonly blocksDown: number;
  /** Blocks that are stored: whole units of the scan. */
  readonly storedAcross: number;
  readonly storedDown: number;
  /** Samples of the stored blocks, row-major; of a progressive picture empty until all scans are read. */
  plane: Uint8Array;
  /** 64 coefficients of each stored block, of a progressive picture until its samples are made; else empty. */
  coefficients: Int16Array;
}

export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly progressive: boolean;
  readonly components: readonly Component[];
  /** Units of a scan of several components. */
  readonly unitsAcross: number;
  readonly unitsDown: number;
}

/** The fewest bits of a block: a code for its level, and, unless other scans follow, one for its end. */
const fewestBits = { sequential: 2, progressive: 1 };

const refusals: Readonly<Record<number, string>> = {
  3: 'is lossless',
  5: 'is hierarchical',
  6: 'is hierarchical',
  7: 'is hierarchical',
  9: 'is in arithmetic coding',
  10: 'is in arithmetic coding',
  11: 'is in arithmetic coding',
  13: 'is hierarchical',
  14: 'is hierarchical',
  15: 'is hierarchical',
};

export interface FrameSource {
  readonly file: ImageFile;
  /** The lower four bits of the marker. */
  readonly process: number;
  /** Bytes of the whole file. */
  readonly fileBytes: number;
  /** Where the segment lies in the file. */
  readonly at: number;
}

/** The frame that a header announces, with memory for its samples. */
export function readFrame(
  segment: Uint8Array,
  { file, process, fileBytes, at }: FrameSource,
): Frame {
  const wanted = 'a baseline or progressive JPEG image of 8 bits per sample';
  if (refusals[process]) throw unsupported(file, refusals[process], wanted);
  const count = segment[5];
  if (segment.length < 6 || segment.length !== 6 + 3 * count) {
    throw cutOff(file, `the frame header at byte ${at} has ${segment.length} bytes`);
  }
  if (segment[0] !== 8) throw unsupported(file, `has ${segment[0]} bits per sample`, wanted);
  const height = (segment[1] << 8) | segment[2];
  const width = (segment[3] << 8) | segment[4];
  checkSize({ width, height }, { file });
  if (![1, 3, 4].includes(count)) {
    throw unsupported(file, `has ${count} channels`, 'a grey, colour or CMYK JPEG image');
  }
  const headers = Array.from({ length: count }, (_, i) => {
    const [id, sampling, table] = segment.subarray(6 + 3 * i);
    return { id, h: sampling >> 4, v: sampling & 15, table };
  });
  if (headers.some(({ h, v, table }) => h < 1 || h > 4 || v < 1 || v > 4 || table > 3)) {
    throw damaged(file, `the frame header at byte ${at} has impossible sampling or tables`);
  }
  const mostH = Math.max(...headers.map(({ h }) => h));
  const mostV = Math.max(...headers.map(({ v }) => v));
  if (headers.some(({ h, v }) => mostH % h !== 0 || mostV % v !== 0)) {
    throw unsupported(file, 'samples its channels in fractions', 'channels of 1, 1/2 or 1/4');
  }
  const progressive = process === 2;
  const unitsAcross = Math.ceil(width / (8 * mostH));
  const unitsDown = Math.ceil(height / (8 * mostV));
  const shapes = headers.map((header) => {
    const across = Math.ceil((width * header.h) / mostH);
    const down = Math.ceil((height * header.v) / mostV);
    return {
      ...header,
      stretchX: mostH / header.h,
      stretchY: mostV / header.v,
      width: across,
      height: down,
      blocksAcross: Math.ceil(across / 8),
      blocksDown: Math.ceil(down / 8),
      storedAcross: unitsAcross * header.h,
      storedDown: unitsDown * header.v,
    };
  });
  const blocks = shapes.reduce((sum, shape) => sum + shape.blocksAcross * shape.blocksDown, 0);
  const bits = blocks * (progressive ? fewestBits.progressive : fewestBits.sequential);
  checkSize({ width, height }, { file, atMost: (width * height * fileBytes * 8) / bits });
  const components = shapes.map((shape): Component => {
    const samples = 64 * shape.storedAcross * shape.storedDown;
    return {
      ...shape,
      plane: new Uint8Array(progressive ? 0 : samples),
      coefficients: new Int16Array(progressive ? samples : 0),
    };
  });
  return { width, height, progressive, components, unitsAcross, unitsDown };
}
