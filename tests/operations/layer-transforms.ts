/** Rows of functions that turn layers into others; their weights are fixed, so that PyTorch's are detached. */

import { installLazyEvaluation } from '../../src/compiler/index.js';
import type { Variable } from '../../src/graph/variable.js';
import {
  Conv2d,
  conv2dToLinear,
  Flatten,
  Linear,
  linearToConv2d,
  removeSpectralNorm,
  removeWeightNorm,
  spectralNorm,
  weightNorm,
} from '../../src/nn/index.js';
import { type CaseInput, normal } from '../cases/case.js';
import type { Family, Row } from './row.js';

// Some of the functions compute from the layer's weights at once.
installLazyEvaluation();

/** `layer` with these values in its fields. */
function filled<Layer extends object>(layer: Layer, values: Record<string, CaseInput>): Layer {
  for (const [name, { data }] of Object.entries(values)) {
    (layer as Record<string, Variable>)[name].set(data);
  }
  return layer;
}

const weight = normal([4, 6], 2);
const bias = normal([4], 3);
const linear = () => filled(new Linear(6, 4), { weight, bias });

const lengths = normal([4, 1], 4);
const parted = () => filled(weightNorm(linear()), { weight_g: lengths, weight_v: weight });
const partedTorch = 'F.linear(a, (c / b.norm(dim=1, keepdim=True) * b).detach(), d.detach())';
const partedInputs = [normal([3, 6]), weight, lengths, bias];

const [u, v] = [normal([4], 5), normal([6], 6)];
const divided = () =>
  filled(spectralNorm(linear()).eval(), { weight_orig: weight, weight_u: u, weight_v: v });
const dividedTorch = 'F.linear(a, (b / (c @ b @ d)).detach(), e.detach())';
const dividedInputs = [normal([3, 6]), weight, u, v, bias];

const filters = normal([4, 1, 2, 3], 2);

/** The weights that remain are rounded to float32. */
const ofRounded = 2 ** -23;

const ofLayer = (name: string, row: Omit<Row, 'name'>): Family => ({
  [name]: { gradient: 'smooth', rows: [{ name: 'of a layer', ...row }] },
});

export const layerTransforms: Family = {
  ...ofLayer('weightNorm', {
    inputs: partedInputs,
    build: (x) => parted().call(x),
    torch: partedTorch,
  }),
  ...ofLayer('removeWeightNorm', {
    inputs: partedInputs,
    build: (x) => removeWeightNorm(parted()).call(x),
    torch: partedTorch,
    tolerance: ofRounded,
  }),
  ...ofLayer('spectralNorm', {
    inputs: dividedInputs,
    build: (x) => divided().call(x),
    torch: dividedTorch,
  }),
  ...ofLayer('removeSpectralNorm', {
    inputs: dividedInputs,
    build: (x) => removeSpectralNorm(divided()).call(x),
    torch: dividedTorch,
    tolerance: ofRounded,
  }),
  linearToConv2d: {
    gradient: 'smooth',
    rows: [
      {
        name: 'on a larger picture',
        inputs: [normal([2, 1, 3, 5]), weight, bias],
        build: (x) => linearToConv2d(linear(), { inputShape: [1, 2, 3] }).call(x),
        torch: 'F.conv2d(a, b.detach().view(4, 1, 2, 3), c.detach())',
      },
      {
        name: 'of channels alone',
        inputs: [normal([1, 6, 1, 2]), weight, bias],
        build: (x) => linearToConv2d(linear(), { inputShape: [6, 1, 1] }).call(x),
        torch: 'F.conv2d(a, b.detach().view(4, 6, 1, 1), c.detach())',
      },
    ],
  },
  ...ofLayer('conv2dToLinear', {
    inputs: [normal([3, 1, 2, 3]), filters, bias],
    build: (x) => {
      const conv = new Conv2d(1, 4, { kernelSize: [2, 3] });
      return conv2dToLinear(filled(conv, { weight: filters, bias })).call(new Flatten().call(x));
    },
    torch: 'F.linear(a.flatten(1), b.detach().flatten(1), c.detach())',
  }),
};
