/** An ONNX file as a network: pictures in, logits out, where it is a classifier of pictures. */

import { OnnxModel, openOnnxFile, type ValueInfo } from '../formats/index.js';
import { ValueError } from '../graph/errors.js';
import type { Tensor } from '../graph/tensor.js';
import { usualPreprocessing } from '../models/index.js';
import { Module } from '../nn/index.js';
import { clamp, flatten, log } from '../ops/index.js';
import type { OpenedNetwork, PictureInput } from './open-network.js';

/** Opens the file; throws FormatError when it cannot be read or is damaged. */
export async function openOnnxNetwork(path: string): Promise<OpenedNetwork> {
  const file = await openOnnxFile(path);
  const onnx = new OnnxModel(file);
  const { inputs } = onnx;
  const [answer] = onnx.outputNames;
  const last = file.nodes.find(({ outputs }) => outputs.includes(answer));
  const model = new OnnxClassifier(onnx, last?.operator === 'Softmax');
  model.eval();
  return { title: path, model, onnx, inputs, pictures: pictureInputOf(inputs) };
}

/** The first output of a model with one input, as logits [N, classes]. */
class OnnxClassifier extends Module {
  constructor(
    readonly onnx: OnnxModel,
    readonly givesProbabilities: boolean,
  ) {
    super();
  }

  forward(pictures: Tensor): Tensor {
    const { inputNames, outputNames } = this.onnx;
    if (inputNames.length !== 1) {
      throw new ValueError(`it has ${inputNames.length} inputs; only pictures can be given here`);
    }
    // Not through `call`, so that nodes keep the names that the file has for them.
    const output = this.onnx.forward({ [inputNames[0]]: pictures })[outputNames[0]];
    const answers = output.rank > 2 ? flatten(output, { startDim: 1 }) : output;
    // Logarithms of probabilities are logits that give them back; the smallest float stands for none.
    return this.givesProbabilities ? log(clamp(answers, { min: 1.2e-38 })) : answers;
  }

  override describe(): string {
    return this.onnx.describe();
  }
}

/** How a single input [N, C, H, W] takes pictures; null when the model takes something else. */
function pictureInputOf(inputs: readonly ValueInfo[]): PictureInput | null {
  const extents = inputs.length === 1 ? inputs[0].shape : null;
  if (extents?.length !== 4) return null;
  const [, channels, height, width] = extents;
  if (channels !== 1 && channels !== 3) return null;
  // Where the file leaves the size open, it is that of most networks for photos, or for digits.
  const open = channels === 1 ? 28 : 224;
  const size = [Number(height) || open, Number(width) || open] as const;
  // The file does not say how pictures are normalised: as most networks have it.
  const usual = usualPreprocessing(channels === 1 ? 'lenet5' : 'resnet50');
  const shorterSide = Math.round(Math.min(...size) * (size[0] >= 200 ? 256 / 224 : 1));
  const resize = size[0] === size[1] && channels === 3 ? shorterSide : size;
  return {
    shape: [channels, ...size],
    preprocessing: { ...usual, resize, crop: size },
    classes: null,
  };
}
