/** What a training run shows at its end: numbers, the confusion matrix, the worst mistakes. */

import type { ImageDataset } from '../data/index.js';
import type { Evaluation } from '../train/index.js';
import { drawConfusionMatrix, drawPictures } from './draw/index.js';
import { measuresOf } from './progress-text.js';
import type { Output } from './terminal.js';
import type { Outcome } from './training/kind.js';

export interface SummarizeOptions {
  readonly outcome: Outcome;
  readonly model: string;
  readonly data: string;
  readonly parameters: number;
  readonly out: string;
}

/** The last line of `fovea train --json`. */
export function summarize(options: SummarizeOptions): Record<string, unknown> {
  const { outcome, model, data, parameters, out } = options;
  const { history, seconds, samplesPerSecond } = outcome.training;
  return {
    ...{ model, data, epochs: history.length },
    ...{ seconds: round(seconds, 3), imagesPerSecond: round(samplesPerSecond, 1) },
    ...{ ...outcome.numbers, parameters, out },
  };
}

/** The end of a run as text for `output`: how long it took, and what its kind draws. */
export function drawResult({ training, draw }: Outcome, output: Output): string {
  const { history, seconds, samplesPerSecond } = training;
  // A finished run that goes on takes no step.
  const rate = Number.isNaN(samplesPerSecond)
    ? ''
    : `, ${Math.round(samplesPerSecond).toLocaleString('en')} pictures/s`;
  const epochs = history.length === 1 ? '1 epoch' : `${history.length} epochs`;
  const metrics = measuresOf(history.at(-1)?.metrics ?? {}).join(', ');
  const parts = [
    `${epochs} in ${seconds.toFixed(1)} s${rate}${metrics && `, training ${metrics}`}`,
    draw?.(output) ?? '',
  ];
  return `\n${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

type ExaminedPictures = Pick<ImageDataset, 'classes' | 'shape'>;

/** What the examination of a classifier found, as text. */
export function drawEvaluation(
  evaluation: Evaluation,
  { data, output }: { data: ExaminedPictures; output: Output },
): string {
  const matrix = drawConfusionMatrix(evaluation.confusion, data.classes, { color: output.color });
  const mistakes = drawMistakes(evaluation, { data, output });
  return mistakes === '' ? matrix : `${matrix}\n\n${mistakes}`;
}

/** Lines of pictures; more would push the numbers off the screen. */
const MISTAKE_LINES = 2;

function drawMistakes(
  { mistakes }: Evaluation,
  { data, output }: { data: ExaminedPictures; output: Output },
): string {
  const [channels, height, width] = data.shape;
  if (channels !== 1 || mistakes.length === 0) return '';
  const columns = Math.max(1, Math.floor((output.columns + 2) / (width + 2)));
  const pictures = mistakes.slice(0, MISTAKE_LINES * columns).map((mistake) => {
    const { label, predicted, probability, planes: pixels } = mistake;
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
