/** Opens what a command is told to use: a run's folder, a model's name with a file of weights, or an ONNX file. */

import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { FormatError, type OnnxModel } from '../formats/index.js';
import type { DType } from '../graph/dtype.js';
import { createModel, modelNames, usualPreprocessing } from '../models/index.js';
import { usualInput } from '../models/usual-input.js';
import type { Module } from '../nn/index.js';
import { nearestName } from '../text/nearest-name.js';
import { loadNetwork, type Preprocessing } from '../train/index.js';
import { openOnnxNetwork } from './open-onnx-network.js';
import { openModelWithWeights } from './open-weights.js';
import { UsageError } from './usage.js';

/** A network that is ready to be used, in evaluation mode. */
export interface OpenedNetwork {
  /** What to call it, such as `googlenet_2014` or the file's path. */
  readonly title: string;
  /** From pictures [N, C, H, W] to logits [N, classes]; an ONNX model of another kind refuses to be called. */
  readonly model: Module;
  /** What comes from an ONNX file, with all its inputs and outputs. */
  readonly onnx: OnnxModel | null;
  /** What it takes, in order. */
  readonly inputs: readonly NetworkInput[];
  /** How it takes pictures; null when it does not take any. */
  readonly pictures: PictureInput | null;
}

export interface NetworkInput {
  readonly name: string;
  /** Extents, or names of those that are open; null when even the rank is open. */
  readonly shape: readonly (number | string)[] | null;
  /** What it must hold; what is left out, the model checks itself. */
  readonly dtype?: DType;
}

export interface PictureInput {
  /** The shape of one picture as the network takes it: [channels, height, width]. */
  readonly shape: readonly [channels: number, height: number, width: number];
  readonly preprocessing: Preprocessing;
  /** The names of its classes, where they are known. */
  readonly classes: readonly string[] | null;
}

/** An opened network that takes pictures. */
export type PictureNetwork = OpenedNetwork & { readonly pictures: PictureInput };

/** A network that was trained here. */
export type Run = PictureNetwork & { readonly classes: readonly string[] };

export interface OpenNetworkOptions {
  /** A file of weights, for a model that is given by name. */
  readonly weights?: string;
}

/**
 * The network that `name` means.
 *
 * Throws UsageError when it means none or does not go with `weights`, and what its files are refused with.
 */
export async function openNetwork(
  name: string,
  { weights }: OpenNetworkOptions = {},
): Promise<OpenedNetwork> {
  const kind = await kindOf(name);
  if (kind === 'model') {
    if (weights !== undefined) return openModel(name, weights);
    throw new UsageError(
      `${name} alone has random weights; give the file of those it was trained to: --weights FILE`,
    );
  }
  if (weights !== undefined) {
    throw new UsageError(
      `--weights goes with the name of a model; ${name} is ${kinds[kind]}, which has weights of its own`,
    );
  }
  return kind === 'folder' ? openRun(name) : openOnnxNetwork(name);
}

/** The same for a network of pictures; throws UsageError for another. */
export async function openPictureNetwork(
  name: string,
  options: OpenNetworkOptions,
): Promise<PictureNetwork> {
  const network = await openNetwork(name, options);
  const { pictures, onnx } = network;
  if (pictures) return { ...network, pictures };
  throw new UsageError(
    `${name} takes ${onnx?.inputNames.join(', ') ?? 'something else'}, no pictures [N, C, H, W] of 1 or ` +
      '3 channels alone; "fovea run" gives it arrays',
  );
}

const kinds = { folder: "a run's folder", onnx: 'an ONNX file' } as const;

const weightFiles = ['.safetensors', '.pt', '.pth', '.th', '.bin', '.npz', '.caffemodel', '.ckpt'];

async function kindOf(name: string): Promise<'model' | 'folder' | 'onnx'> {
  const status = await stat(name).catch(() => null);
  if (modelNames().includes(name)) return 'model';
  if (status?.isDirectory()) return 'folder';
  const extension = extname(name).toLowerCase();
  if (status && extension === '.onnx') return 'onnx';
  if (weightFiles.includes(extension)) {
    throw new UsageError(
      `${name} is named as a file of weights, which do not tell the network; name the model as well: ` +
        `MODEL --weights ${name}`,
    );
  }
  if (status) {
    throw new UsageError(
      `${name} is no network; expected a run's folder, a model's name with --weights, or an .onnx file`,
    );
  }
  const near = nearestName(name, modelNames());
  throw new UsageError(
    `there is no network "${name}": no such folder or file, and no model of that name; ` +
      (near ? `did you mean "${near}"?` : `the models are ${modelNames().join(', ')}`),
  );
}

/** The network of a run's folder, whose pictures and classes are known; throws FormatError where there is none. */
export async function openRun(folder: string): Promise<Run> {
  const { config, preprocessing, stateDict } = await loadNetwork(folder);
  const { name, options } = config.model;
  if (!modelNames().includes(name)) {
    throw new FormatError(folder, {
      happened: `it holds a network "${name}"`,
      expected: `one that this version knows: ${modelNames().join(', ')}`,
      mend: 'use the version of fovea that saved it, or a newer one',
    });
  }
  const model = createModel(name, options);
  model.loadStateDict(stateDict);
  model.eval();
  const { classes } = config.data;
  const shape = preprocessing.inputShape ?? config.data.shape;
  return { ...ofModel(folder, model, { shape, preprocessing, classes }), classes };
}

async function openModel(name: string, weights: string): Promise<OpenedNetwork> {
  const { model, name: title } = await openModelWithWeights(name, weights);
  model.eval();
  const preprocessing = usualPreprocessing(title);
  return ofModel(title, model, { shape: usualInput(title), preprocessing, classes: null });
}

/** A network of ours: one input of pictures of any number and, mostly, any size. */
function ofModel(title: string, model: Module, pictures: PictureInput): PictureNetwork {
  const shape = ['N', pictures.shape[0], 'H', 'W'];
  const inputs = [{ name: 'input', shape, dtype: 'float32' as const }];
  return { title, model, onnx: null, inputs, pictures };
}
