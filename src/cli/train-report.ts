/** What a training run shows at its end: numbers, the confusion matrix, the worst mistakes. */

import type { ImageDataset } from '../data/index.js';
import type { Evaluation, TrainingResult } from '../train/index.js';
import { drawConfusionMatrix, drawPictures } from './draw/index.js';
import type { Output } from './terminal.js';

/** The last line of `fovea train --json`. */
export interface TrainSummary {
  readonly model: string;
  readonly data: string;
  readonly epochs: number;
  readonly seconds: number;
  readonly imagesPerSecond: number;
  /** Mean over the last epoch. */
  readonly trainLoss: number;
  /** Share of the test pictures named rightly, 0 to 1. */
  readonly testAccuracy: number | null;
  readonly parameters: number;
  readonly out: string;
}

export interface SummarizeOptions {
  readonly result: TrainingResult;
  readonly model: string;
  readonly data: string;
  readonly parameters: number;
  readonly out: string;
}

/** The numbers of a finished run. */
export function summarize(options: SummarizeOptions): TrainSummary {
  const { result, model, data, parameters, out } = options;
  return {
    model,
    data,
    epochs: result.history.length,
    seconds: round(result.seconds, 3),
    imagesPerSecond: round(result.samplesPerSecond, 1),
    trainLoss: result.history.at(-1)?.metrics.loss ?? Number.NaN,
    testAccuracy: result.evaluation?.accuracy ?? null,
    parameters,
    out,
  };
}

/** The end of a run as text for `output`. */
export function drawResult(
  { history, seconds, samplesPerSecond, evaluation }: TrainingResult,
  { data, output }: { data: ImageDataset; output: Output },
): string {
  // A finished run that goes on takes no step.
  const rate = Number.isNaN(samplesPerSecond)
    ? ''
    : `, ${Math.round(samplesPerSecond).toLocaleString('en')} pictures/s`;
  const epochs = history.length === 1 ? '1 epoch' : `${history.length} epochs`;
  const parts = [
    `${epochs} in ${seconds.toFixed(1)} s${rate}, training loss ${history.at(-1)?.metrics.loss.toFixed(4)}`,
  ];
  if (evaluation) {
    const matrix = drawConfusionMatrix(evaluation.confusion, data.classes, { color: output.color });
    parts.push(matrix, drawMistakes(evaluation, { data, output }));
  }
  return `\n${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** Lines of pictures; more would push the numbers off the screen. */
const MISTAKE_LINES = 2;

function drawMistakes(
  { mistakes }: Evaluation,
  { data, output }: { data: ImageDataset; output: Output },
): string {
  const [channels, height, width] = data.shape;
  if (channels !== 1 || mistakes.length === 0) return '';
  const columns = Math.max(1, Math.floor((output.columns + 2) / (width + 2)));
  const pictures = mistakes.slice(0, MISTAKE_LINES * columns).map((mistake) => {
    const { index, label, predicted, probability } = mistake;
    const pixels = data.images.subarray(index * height * width, (index + 1) * height * width);
    const answer = `${data.classes[label]} -> ${data.classes[predicted]}`;
    const caption = `${answer}  ${(100 * probability).toFixed(1)} %`;
    return { pixels, width, height, caption, paint: 'red' as const };
  });
  const { color, colorDepth } = output;
  const title = 'the most confident mistakes (true -> predicted)';
  return `${title}\n\n${drawPictures(pictures, { columns, color, colorDepth })}`;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
