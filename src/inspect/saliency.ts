/** Saliency: which pixels a class's logit depends on most (Simonyan, Vedaldi and Zisserman, "Deep Inside Convolutional Networks: Visualising Image Classification Models and Saliency Maps", 2014). */

import { grad } from '../autodiff/grad.js';
import { compile } from '../compiler/compile.js';
import { ValueError } from '../graph/errors.js';
import type { Tensor } from '../graph/tensor.js';
import type { Module } from '../nn/module.js';
import { tensor } from '../ops/creation.js';
import { Philox } from '../random/philox.js';
import { inEvaluation } from './layer-outputs.js';
import { chosenClasses, logitsFor, oneHotRow } from './one-picture.js';

export interface SaliencyOptions {
  /** Indices of classes. Default: the most likely one. */
  readonly classes?: readonly number[];
  /** Over how many noisy copies of the picture the gradient is averaged; 1 adds no noise. Default: 1. */
  readonly samples?: number;
  /** Standard deviation of the noise, as a share of the picture's range of values. Default: 0.15. */
  readonly noise?: number;
  /** Decides the noise. Default: 0. */
  readonly seed?: number;
}

export interface Saliency {
  readonly classes: readonly number[];
  /** [classes, H, W]: zero or more. */
  readonly maps: Tensor;
}

/**
 * The largest absolute gradient over the channels of each pixel, of the logit of each class.
 *
 * `input` is one picture [1, C, H, W] as the network takes it. With `samples` above 1 the gradient is the
 * mean over noisy pictures: SmoothGrad (Smilkov et al., "SmoothGrad: removing noise by adding noise",
 * 2017). Throws ShapeError when the network is no classifier, ValueError for a class that there is not and
 * options out of range.
 *
 *     const { maps } = saliencyMap(model, picture, { samples: 16 });
 */
export function saliencyMap(
  model: Module,
  input: Tensor,
  { samples = 1, noise = 0.15, seed = 0, ...options }: SaliencyOptions = {},
): Saliency {
  if (!Number.isSafeInteger(samples) || samples < 1 || !(noise >= 0)) {
    throw new ValueError(
      `saliencyMap: samples is ${samples} and noise ${noise}; expected a whole number of one or more, ` +
        'and a share of zero or more',
    );
  }
  const logits = logitsFor('saliencyMap', model, input);
  const classes = chosenClasses('saliencyMap', options.classes, logits);
  const run = compile((picture: Tensor, direction: Tensor) => {
    const [gradient] = grad(model.call(picture), [picture], { outputGradient: direction });
    return gradient;
  });
  const sums = classes.map(() => new Float64Array(input.size));
  try {
    inEvaluation(model, () => {
      for (const picture of noisy(input, { samples, noise, seed })) {
        classes.forEach((index, k) => {
          const gradient = run(picture, oneHotRow(index, logits.length)).data();
          for (let i = 0; i < gradient.length; i++) sums[k][i] += gradient[i];
        });
      }
    });
  } finally {
    run.dispose();
  }
  const [, channels, height, width] = input.shape;
  const values = new Float32Array(classes.length * height * width);
  sums.forEach((sum, k) => {
    const map = values.subarray(k * height * width, (k + 1) * height * width);
    for (let c = 0; c < channels; c++) {
      for (let i = 0; i < map.length; i++) {
        map[i] = Math.max(map[i], Math.abs(sum[c * map.length + i]) / samples);
      }
    }
  });
  return { classes, maps: tensor(values, [classes.length, height, width]) };
}

function* noisy(
  input: Tensor,
  { samples, noise, seed }: Required<Omit<SaliencyOptions, 'classes'>>,
): Generator<Tensor> {
  if (samples === 1) {
    yield input;
    return;
  }
  const pixels = input.data();
  const range = { low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY };
  for (const value of pixels) {
    range.low = Math.min(range.low, value);
    range.high = Math.max(range.high, value);
  }
  const deviation = noise * (range.high - range.low);
  const random = new Philox(seed);
  for (let sample = 0; sample < samples; sample++) {
    const values = Float32Array.from(pixels, (value) => value + deviation * random.normal());
    yield tensor(values, input.shape);
  }
}
