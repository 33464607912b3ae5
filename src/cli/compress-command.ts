/** `fovea compress`: pictures as entropy-coded codes of a trained autoencoder, beside JPEG and WebP. */

import { basename } from 'node:path';
import { datasetNames } from '../data/index.js';
import { writeFileAtomically } from '../formats/index.js';
import { type PictureQuality, pictureQuality } from '../inspect/index.js';
import {
  compressCodes,
  decompressPictures,
  type Rival,
  rivalFormats,
} from '../latent/compression/index.js';
import {
  type LatentPictures,
  type LatentRun,
  latentPictures,
  openLatentRun,
} from '../latent/index.js';
import { formatBytes, formatCount, formatNumber, formatTable } from '../text/table.js';
import { classNamed } from './class-named.js';
import { isFolder } from './folder-data.js';
import { createBar } from './progress-bar.js';
import { print, type Terminal } from './terminal.js';
import { UsageError } from './usage.js';

export interface CompressCommandOptions {
  readonly step?: number;
  /** The first so many pictures. */
  readonly count?: number;
  /** The class of all pictures, by name or number. */
  readonly label?: string;
  readonly compare: boolean;
  readonly json?: boolean;
}

export interface CompressedPlaces {
  /** The folder of a run. */
  readonly folder: string;
  /** A picture, a folder of pictures or a data set. */
  readonly source: string;
  readonly out: string;
}

/** Pictures of a data set, unless --count tells. */
const USUAL_COUNT = 100;
/** More pictures than this take JPEG and WebP minutes. */
const MOST_COMPARED = 1000;

/** Runs the command and returns the exit code; throws what goes wrong. */
export async function compressCommand(
  { folder, source, out }: CompressedPlaces,
  { step: wanted, count, label, compare, json }: CompressCommandOptions,
  terminal: Terminal,
): Promise<number> {
  const run = await openLatentRun(folder);
  const isDataset = datasetNames.includes(source);
  const given = await latentPictures(run, source, {
    count: count ?? (isDataset ? USUAL_COUNT : undefined),
  });
  const { pictures } = given;
  const labels = labelsOf(run, given, label);
  // Pictures of data sets have numbers; one file is whatever it is decompressed to.
  const names = isFolder(source) && !isDataset ? given.names : undefined;
  const codes = run.encode(pictures, labels);
  const { bytes, step } = compressCodes(run, { pictures, codes }, { step: wanted, labels, names });
  await writeFileAtomically(out, bytes);
  const measured = (shown: Float32Array) =>
    pictureQuality({ pictures: inBytes(shown), originals: pictures, shape: run.shape });
  const quality = measured(decompressPictures(run, bytes, { fileName: out }).pictures);
  const notRounded = measured(run.decode(codes, labels));
  const number = given.names.length;
  const compared = compare && number <= MOST_COMPARED;
  const { psnr } = quality;
  const rivals = compared
    ? await compareFormats({ pictures, shape: run.shape, bytes: bytes.length, psnr }, terminal)
    : [];
  const raw = pictures.length;
  const report: CompressionReport = {
    ...{ out, run: folder, model: run.modelHash, modelBytes: modelBytes(run), modelCounted: false },
    ...{ pictures: number, shape: run.shape, latent: run.latent, step },
    ...{ bytes: bytes.length, bytesPerPicture: bytes.length / number, ratio: raw / bytes.length },
    ...quality,
    notRounded,
    rivals,
  };
  if (json) print(terminal.stdout, JSON.stringify(report));
  else print(terminal.stdout, textOf(report, { compare, compared }));
  return 0;
}

interface CompressionReport extends PictureQuality {
  readonly out: string;
  readonly run: string;
  /** The hash of its weights. */
  readonly model: string;
  readonly modelBytes: number;
  readonly modelCounted: false;
  readonly pictures: number;
  readonly shape: LatentRun['shape'];
  readonly latent: number;
  readonly step: number;
  readonly bytes: number;
  readonly bytesPerPicture: number;
  /** The bytes of the pixels, one a channel, to those of the file. */
  readonly ratio: number;
  /** What the codes could do if they were not rounded. */
  readonly notRounded: PictureQuality;
  readonly rivals: readonly Rival[];
}

/** The classes that a conditional model is told; undefined for another. */
function labelsOf(
  { numClasses, config, folder }: LatentRun,
  { labels, classes, names }: LatentPictures,
  label: string | undefined,
): Int32Array | undefined {
  if (numClasses === null) {
    if (label === undefined) return undefined;
    throw new UsageError(`--label: the model of ${folder} is told of no classes; leave it out`);
  }
  const known = config.data.classes;
  if (label !== undefined) {
    const named = classNamed('--label', label, { labels: known, count: numClasses });
    return new Int32Array(names.length).fill(named);
  }
  if (labels && classes.join('\n') === known.join('\n')) return labels;
  throw new UsageError(
    `the model of ${folder} is told of classes (${known.join(', ')}), which the pictures do not have; ` +
      'say which one they are of: --label CLASS',
  );
}

const modelBytes = ({ model }: LatentRun): number =>
  [...model.parameters()].reduce((sum, { shape }) => sum + 4 * shape.reduce((a, b) => a * b, 1), 0);

/** As files of pictures hold them. */
const inBytes = (pictures: Float32Array): Float32Array =>
  pictures.map((value) => Math.round(255 * Math.min(1, Math.max(0, value))) / 255);

async function compareFormats(
  codes: Parameters<typeof rivalFormats>[0],
  { stderr }: Terminal,
): Promise<Rival[]> {
  const bar = stderr.isTerminal ? createBar(stderr) : null;
  try {
    return await rivalFormats(codes, (done) => {
      bar?.show('JPEG and WebP', done, 1, `${Math.round(100 * done)} %`);
    });
  } finally {
    bar?.stop();
  }
}

function textOf(
  report: CompressionReport,
  { compare, compared }: { compare: boolean; compared: boolean },
): string {
  const { run, pictures, shape, latent, step, out, rivals, notRounded, modelBytes } = report;
  const raw = pictures * shape[0] * shape[1] * shape[2];
  const row = (name: string, bytes: number, quality?: PictureQuality): string[] => [
    name,
    formatCount(bytes),
    (bytes / pictures).toFixed(1),
    (raw / bytes).toFixed(1),
    quality ? quality.psnr.toFixed(2) : '–',
    quality ? quality.ssim.toFixed(3) : '–',
  ];
  const rows = [
    row(basename(out), report.bytes, report),
    ...rivals.map((rival) => row(nameOf(rival, pictures), rival.bytes, rival)),
    row('codes as float32', 4 * latent * pictures, notRounded),
    row('pixels as bytes', raw),
  ];
  const many = pictures === 1 ? '1 picture' : `${formatCount(pictures)} pictures`;
  const lines = [
    `${run}: ${many} of ${shape.join(' x ')} as ${latent} numbers each, in steps of ` +
      `${formatNumber(step)} grey levels`,
    '',
    ...formatTable(['file', 'bytes', 'a picture', 'ratio', 'PSNR', 'SSIM'], rows),
    '',
  ];
  if (compare && !compared) {
    lines.push(
      `JPEG and WebP are not tried on more than ${formatCount(MOST_COMPARED)} pictures; --count does`,
    );
  }
  lines.push(...rivals.filter(({ nearest }) => nearest === 'psnr').flatMap(sentences(report)));
  lines.push(
    `The model (${formatBytes(modelBytes)}) is not counted: who decompresses needs the same run.`,
    `written to ${out}`,
  );
  return lines.join('\n');
}

function nameOf({ format, files, nearest, quality }: Rival, pictures: number): string {
  const place = pictures === 1 ? '' : files === 'each' ? ', a file each' : ', one file of all';
  return `${format}${place}, nearest ${nearest === 'bytes' ? 'size' : 'PSNR'} (quality ${quality})`;
}

/** What a rival takes for about the same PSNR. */
const sentences =
  ({ bytes, psnr, pictures }: CompressionReport) =>
  (rival: Rival): string[] => {
    const place = pictures === 1 ? '' : rival.files === 'each' ? ' in files' : ' in one file';
    const difference = rival.psnr - psnr;
    const apart = `${difference < 0 ? '-' : '+'}${Math.abs(difference).toFixed(2)} dB`;
    const lowest = rival.quality === 0 ? ', its lowest quality' : '';
    return [
      `${rival.format}${place} takes ${(rival.bytes / bytes).toFixed(1)} times the bytes at ${apart}${lowest}.`,
    ];
  };
