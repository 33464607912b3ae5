/** Every family of operations. */

import { activationLayers } from './activation-layers.js';
import { activations } from './activations.js';
import { comparisons } from './comparisons.js';
import { convolution } from './convolution.js';
import { distances } from './distances.js';
import { elementwise } from './elementwise.js';
import { entropies } from './entropies.js';
import { functions } from './functions.js';
import { gathering } from './gathering.js';
import { indexing } from './indexing.js';
import { layerTransforms } from './layer-transforms.js';
import { layers } from './layers.js';
import { linear } from './linear.js';
import { losses } from './losses.js';
import { matrices } from './matrices.js';
import { normalization } from './normalization.js';
import { ordering } from './ordering.js';
import { parts } from './parts.js';
import { pooling } from './pooling.js';
import { random } from './random.js';
import { reductions } from './reductions.js';
import { resizing } from './resizing.js';
import type { Family } from './row.js';
import { scattering } from './scattering.js';
import { shapes } from './shapes.js';
import { spatialLayers } from './spatial-layers.js';
import { statistics } from './statistics.js';
import { summation } from './summation.js';

/** The families under the names of their files here and in values/. */
export const families: { readonly [name: string]: Family } = {
  'activation-layers': activationLayers,
  activations,
  comparisons,
  convolution,
  distances,
  elementwise,
  entropies,
  functions,
  gathering,
  indexing,
  'layer-transforms': layerTransforms,
  layers,
  linear,
  losses,
  matrices,
  normalization,
  ordering,
  parts,
  pooling,
  random,
  reductions,
  resizing,
  scattering,
  shapes,
  'spatial-layers': spatialLayers,
  statistics,
  summation,
};
