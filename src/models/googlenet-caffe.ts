/** The weights of GoogLeNet that the authors of Caffe trained on ImageNet ("BVLC GoogLeNet"), under our names. */

import { ValueError } from '../graph/errors.js';
import type { StateDict, StateSource, StateTensor } from '../nn/state-dict.js';

/** From a layer's name in Caffe to ours, part by part. */
const layerNames: Readonly<Record<string, string>> = {
  'conv1/7x7_s2': 'conv1.conv',
  'conv2/3x3_reduce': 'conv2.conv',
  'conv2/3x3': 'conv3.conv',
  'loss3/classifier': 'fc',
};
const branchNames: Readonly<Record<string, string>> = {
  '1x1': 'branch1.conv',
  '3x3_reduce': 'branch2.0.conv',
  '3x3': 'branch2.1.conv',
  '5x5_reduce': 'branch3.0.conv',
  '5x5': 'branch3.1.conv',
  pool_proj: 'branch4.1.conv',
};
const headNames: Readonly<Record<string, string>> = {
  conv: 'conv.conv',
  fc: 'fc1',
  classifier: 'fc2',
};

/**
 * The state of Caffe's GoogLeNet, such as `inception_3a/3x3_reduce.weight`, for `googlenet2014`.
 *
 * Caffe's network takes blue first, this one red first like all others; the pictures are bytes less the
 * mean (123, 117, 104). Throws ValueError for a name that Caffe's network does not have.
 *
 *     const model = googlenet2014({ auxiliary: false });
 *     model.loadStateDict(stateFromCaffe(decodeSafetensors(bytes, path).tensors));
 */
export function stateFromCaffe(source: StateSource): StateDict {
  const given = source instanceof Map ? [...source] : Object.entries(source);
  return Object.fromEntries(
    given.map(([name, tensor]) => [
      nameFromCaffe(name),
      name === 'conv1/7x7_s2.weight' ? redFirst(tensor) : tensor,
    ]),
  );
}

/**
 * The name that a tensor of Caffe's GoogLeNet has in ours.
 *
 * Throws ValueError for a name that Caffe's network does not have.
 *
 *     nameFromCaffe('inception_3a/3x3_reduce.weight') // 'inception3a.branch2.0.conv.weight'
 */
export function nameFromCaffe(name: string): string {
  const [, layer, kind] = /^(.*)\.(weight|bias)$/.exec(name) ?? [];
  const [, block, branch] = /^inception_(\d\w)\/(.*)$/.exec(layer) ?? [];
  const [, head, part] = /^loss([12])\/(.*)$/.exec(layer) ?? [];
  const path =
    layerNames[layer] ??
    (branchNames[branch] && `inception${block}.${branchNames[branch]}`) ??
    (headNames[part] && `aux${head}.${headNames[part]}`);
  if (path) return `${path}.${kind}`;
  throw new ValueError(
    `stateFromCaffe: Caffe's GoogLeNet has no tensor "${name}"; expected names such as ` +
      '"inception_3a/3x3_reduce.weight"',
  );
}

/** [O, 3, KH, KW] with the first and the last input channel exchanged. */
function redFirst({ shape, dtype, data }: StateTensor): StateTensor {
  const [outChannels, channels, height, width] = shape;
  const size = height * width;
  const swapped = data.slice();
  for (let o = 0; o < outChannels; o++) {
    for (let c = 0; c < channels; c++) {
      const from = (o * channels + channels - 1 - c) * size;
      swapped.set(data.subarray(from, from + size), (o * channels + c) * size);
    }
  }
  return { shape, dtype, data: swapped };
}
