/** A folder of pictures that feeds ResNet-20 at 72 x 72: how busy the training step is kept, and what memory does. */

import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { threadCount } from '../../src/backends/default-backend.js';
import {
  drawDigits,
  horizontalFlip,
  openCaptionList,
  openImageFolder,
  type PictureBatch,
  PictureLoader,
  type PictureSet,
  paddedCrop,
  resize,
} from '../../src/data/index.js';
import { encodePng } from '../../src/formats/index.js';
import { compile, grad, type Tensor, tensor } from '../../src/index.js';
import { createModel } from '../../src/models/index.js';
import { crossEntropy, manualSeed } from '../../src/nn/index.js';
import { SGD } from '../../src/optim/index.js';
import { normalize } from '../../src/train/index.js';
import { type Row, rowOf } from '../report.js';
import { median } from '../statistics.js';
import { formatMegabytes, formatMilliseconds } from '../table.js';
import type { FeedOptions, FeedWorkload } from '../workload.js';

const batchSize = 64;
const side = 72;
const warmUp = 2;
/** Pictures that are served without training, and how often the memory is looked at. */
const served = 20_000;
const lookEvery = 2_500;

export const imageFolder: FeedWorkload = {
  name: 'image-folder',
  summary: `a folder of pictures feeding ResNet-20 at ${side} x ${side}, batch ${batchSize}: the share of the time that the step is busy, and memory`,
  feed,
};

async function feed(options: FeedOptions): Promise<Row> {
  const folder = mkdtempSync(join(tmpdir(), 'fovea-image-folder-'));
  try {
    const set = await writeFolder(folder);
    const transforms = [resize({ height: side, width: side }), horizontalFlip(), paddedCrop()];
    const loader = await PictureLoader.open(set, {
      ...{ batchSize, shuffle: true, dropLast: true, seed: 1, transforms },
    });
    console.log(
      `${set.length} pictures of ${set.classes.length} classes; ${threadCount()} threads compute`,
    );
    const row = await train(loader, options);
    await serve(loader);
    await loader.close();
    return row;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The emoji at hand, by group; else drawn digits. */
async function writeFolder(folder: string): Promise<PictureSet> {
  const list = join(process.env.FOVEA_DATA ?? '', 'openmoji', 'captions.jsonl');
  if (process.env.FOVEA_DATA && existsSync(list)) {
    const signs = await openCaptionList(list, {
      picture: ({ hex }) => `color/${hex}.png`,
      caption: ({ annotation }) => String(annotation),
      label: ({ group }) => String(group),
    });
    signs.files.forEach(({ source }, i) => {
      const place = join(folder, signs.classes[signs.labels[i]]);
      mkdirSync(place, { recursive: true });
      cpSync(source as string, join(place, `${i}.png`));
    });
    return openImageFolder(folder);
  }
  const { images, labels, length } = drawDigits({ count: 1600 });
  for (let i = 0; i < length; i++) {
    mkdirSync(join(folder, String(labels[i])), { recursive: true });
    const data = images.subarray(784 * i, 784 * (i + 1));
    const png = encodePng({ width: 28, height: 28, channels: 1, data });
    writeFileSync(join(folder, String(labels[i]), `${i}.png`), png);
  }
  return openImageFolder(folder);
}

/** Trains, and prints the share of the time from batch to batch that the step takes. */
async function train(loader: PictureLoader, { seconds = 60, steps }: FeedOptions): Promise<Row> {
  const learn = newTraining(loader.set.classes.length);
  const times: number[] = [];
  let start = 0;
  for await (const batch of endless(loader)) {
    // The first two steps compile and warm up; the clock starts behind them.
    if (times.length === warmUp) start = performance.now();
    times.push(timeOf(() => learn(batch)));
    const counted = times.length - warmUp;
    if (steps && counted > 0 && counted % Math.ceil(steps / 8) === 0) {
      lookAtMemory(`trained with ${(counted * batchSize).toLocaleString('en')} pictures`);
    }
    const isOver = steps ? counted >= steps : performance.now() - start > 1000 * seconds;
    if (counted > 0 && isOver) break;
  }
  const elapsed = performance.now() - start;
  const fed = times.slice(warmUp);
  const busy = fed.reduce((sum, time) => sum + time, 0) / elapsed;
  const row = rowOf(
    { workload: `image-folder/resnet20/b${batchSize}`, engine: 'fovea', threads: threadCount() },
    { times: fed, flops: 0 },
  );
  console.log(
    `the step was busy ${(100 * busy).toFixed(2)} % of ${(elapsed / 1000).toFixed(1)} s: ` +
      `${fed.length} steps of ${formatMilliseconds(row.medianMs)} (median), ` +
      `${((fed.length * batchSize * 1000) / elapsed).toFixed(0)} pictures a second`,
  );
  const batch = await firstOf(loader);
  const alone = Array.from({ length: 12 }, () => timeOf(() => learn(batch)));
  console.log(`a step with no decoding beside it takes ${formatMilliseconds(median(alone))}`);
  return row;
}

function timeOf(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

/** Decodes pictures as fast as it goes, with an eye on the memory. */
async function serve(loader: PictureLoader): Promise<void> {
  const start = performance.now();
  let count = 0;
  for await (const { size } of endless(loader)) {
    const before = count;
    count += size;
    if (Math.floor(count / lookEvery) > Math.floor(before / lookEvery)) {
      lookAtMemory(`served ${count.toLocaleString('en')} pictures`);
    }
    if (count >= served) break;
  }
  const rate = (count * 1000) / (performance.now() - start);
  console.log(`without training ${rate.toFixed(0)} pictures a second are decoded`);
}

async function firstOf(loader: PictureLoader): Promise<PictureBatch> {
  for await (const batch of loader.epoch(0)) return batch;
  throw new Error('the folder has fewer pictures than a batch');
}

async function* endless(loader: PictureLoader): AsyncGenerator<PictureBatch, void, undefined> {
  for (let epoch = 0; ; epoch++) yield* loader.epoch(epoch);
}

function lookAtMemory(when: string): void {
  console.log(`${when}: resident set ${formatMegabytes(process.memoryUsage.rss())}`);
}

function newTraining(numClasses: number): (batch: PictureBatch) => number {
  manualSeed(0);
  const model = createModel('resnet20', { numClasses });
  const optimizer = new SGD(model.parameters(), { lr: 0.1, momentum: 0.9, weightDecay: 1e-4 });
  const statistics = { mean: [0.8, 0.75, 0.7], std: [0.3, 0.3, 0.35] };
  const step = compile((images: Tensor, labels: Tensor) => {
    const loss = crossEntropy(model.call(normalize(images, statistics)), labels);
    optimizer.step(grad(loss, optimizer.parameters));
    return { loss };
  });
  return ({ images, labels, shape, size }) =>
    step(tensor(images, shape), tensor(labels, [size])).loss.item();
}
