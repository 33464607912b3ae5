/** All that `fovea look` finds out about a network and a picture. */

import { compile } from '../../compiler/index.js';
import type { Tensor } from '../../graph/tensor.js';
import {
  featureMaps,
  gradCam,
  type LayerOutput,
  lastMaps,
  layerAt,
  layerOutputs,
  mapLayers,
  type Occlusion,
  occlusionMap,
  saliencyMap,
} from '../../inspect/index.js';
import { interpolate, reshape, softmax } from '../../ops/index.js';
import { likeliest, type RankedClass } from '../likeliest-classes.js';
import type { NetworkPicture } from '../network-picture.js';
import type { PictureNetwork } from '../open-network.js';
import { mixedBetween, type NumberMap } from './map-pictures.js';

/** The maps of one class, each of the picture's size. */
export interface ClassInsight extends RankedClass {
  readonly gradCam: NumberMap;
  readonly occlusion: NumberMap;
  readonly saliency: NumberMap;
  readonly smoothGrad: NumberMap;
}

export interface Filters {
  /** The path of the parameter. */
  readonly path: string;
  /** [count, channels, height, width]. */
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
}

export interface LayerInsight {
  readonly path: string;
  readonly layer: string;
  /** How many maps the layer has. */
  readonly count: number;
  readonly width: number;
  readonly height: number;
  /** All maps [count, height, width]. */
  readonly values: ArrayLike<number>;
}

export interface Insight {
  /** The likeliest classes, the likeliest first. */
  readonly top: readonly RankedClass[];
  /** Those that were looked at. */
  readonly classes: readonly ClassInsight[];
  /** The layer of Grad-CAM. */
  readonly layer: LayerOutput;
  /** The side of the square that covered, in pixels. */
  readonly square: number;
  readonly filters: Filters | null;
  readonly layers: readonly LayerInsight[];
}

export interface LookOptions {
  readonly labels: readonly string[] | null;
  /** A class to look at before the likeliest ones. */
  readonly class: number | null;
  /** A layer for Grad-CAM and to be among those whose maps are shown. */
  readonly layer: string | null;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: LookProgress) => void;
}

export interface LookProgress {
  readonly what: string;
  readonly done: number;
  readonly count: number;
}

/** Classes that are looked at. */
const LOOKED_AT = 3;
const NOISY_COPIES = 12;
const MOST_LAYERS = 60;

/** The probability of every class. */
export function answer({ model }: PictureNetwork, input: Tensor): ArrayLike<number> {
  const run = compile((picture: Tensor) => softmax(model.call(picture), 1));
  try {
    return run(input).data();
  } finally {
    run.dispose();
  }
}

/** Looks into `network` while it sees `picture`. */
export async function lookInto(
  network: PictureNetwork,
  picture: NetworkPicture,
  { probabilities, ...options }: LookOptions & { readonly probabilities: ArrayLike<number> },
): Promise<Insight> {
  const { model } = network;
  const { input } = picture;
  const { labels, signal, onProgress = () => {} } = options;
  const ranked = likeliest(probabilities, { labels, count: probabilities.length });
  const chosen = ranked.filter(({ index }) => index === options.class);
  const others = ranked.filter(({ index }) => index !== options.class);
  const looked = [...chosen, ...others].slice(0, LOOKED_AT);
  const classes = looked.map(({ index }) => index);
  const all = layerOutputs(model, input.shape);
  const layer = layerAt(all, options.layer ?? lastMaps(all));
  const [, , height, width] = input.shape;
  const square = Math.max(1, Math.round(Math.min(height, width) / 6));
  const tell = async (what: string, done: number): Promise<void> => {
    onProgress({ what, done, count: 4 });
    await new Promise((resolve) => setTimeout(resolve));
    signal?.throwIfAborted();
  };
  await tell('Grad-CAM', 0);
  const found = gradCam(model, input, { classes, layer: layer.path });
  await tell('saliency', 1);
  const saliency = saliencyMap(model, input, { classes });
  await tell('SmoothGrad', 2);
  const smooth = saliencyMap(model, input, { classes, samples: NOISY_COPIES });
  await tell('feature maps', 3);
  const layers = layersOf(network, input, layer);
  const covered: Occlusion = await occlusionMap(model, input, {
    ...{ classes, signal, size: square },
    onProgress: ({ done, count }) => onProgress({ what: 'occlusion', done, count }),
  });
  const cams = interpolate(reshape(found.maps, [1, ...found.maps.shape]), {
    size: atLeast([height, width], 224),
    mode: 'bilinear',
  });
  return {
    top: ranked.slice(0, 5),
    classes: looked.map((one, k) => ({
      ...one,
      gradCam: mapAt(cams, k),
      occlusion: fallAt(covered, k, { width, height, square }),
      saliency: mapAt(saliency.maps, k),
      smoothGrad: mapAt(smooth.maps, k),
    })),
    layer,
    square,
    filters: filtersOf(network),
    layers,
  };
}

/** The size times a whole number, so that the longer side has `least` pixels or more. */
function atLeast([height, width]: [number, number], least: number): [number, number] {
  const factor = Math.ceil(least / Math.max(height, width));
  return [height * factor, width * factor];
}

/** By how much the probability of class `k` falls with a square around each pixel covered. */
function fallAt(
  { rows, columns, occluded, probabilities }: Occlusion,
  k: number,
  { width, height, square }: { width: number; height: number; square: number },
): NumberMap {
  const falls = mapAt(occluded, k).values;
  const middle = (place: number): number => place + square / 2;
  return mixedBetween(
    Array.from(falls, (probability) => probabilities[k] - probability),
    { rows: rows.map(middle), columns: columns.map(middle), width, height },
  );
}

/** Map `k` of [..., K, h, w]. */
function mapAt(maps: Tensor, k: number): NumberMap {
  const [height, width] = maps.shape.slice(-2);
  const size = height * width;
  return { height, width, values: maps.data().subarray(k * size, (k + 1) * size) };
}

/** The filters that see the picture itself. */
function filtersOf({ model, pictures: { shape } }: PictureNetwork): Filters | null {
  const first = model
    .namedParameters()
    .find(([, { rank, shape: extents }]) => rank === 4 && extents[2] * extents[3] > 1);
  if (!first || first[1].shape[1] !== shape[0]) return null;
  const [path, parameter] = first;
  return { path, shape: parameter.shape, values: parameter.data() };
}

function layersOf(
  { model }: PictureNetwork,
  input: Tensor,
  chosen: LayerOutput,
): readonly LayerInsight[] {
  const worth = mapLayers(model, input.shape, MOST_LAYERS);
  const missing = chosen.shape.length === 4 && !worth.some(({ path }) => path === chosen.path);
  const layers = missing ? [...worth, chosen] : worth;
  const maps = featureMaps(
    model,
    input,
    layers.map(({ path }) => path),
  );
  return layers.map(({ path, layer, shape: [, count, height, width] }) => {
    return { path, layer, count, width, height, values: maps.get(path)!.data() };
  });
}
