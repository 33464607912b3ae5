/** Every operator of the importer by its ONNX name. */

import type { DescribedOperator, OperatorTable } from '../operator.js';
import { activationOperators } from './activations.js';
import { arithmeticOperators } from './arithmetic.js';
import { attentionOperators } from './attention.js';
import { bitOperators } from './bits.js';
import { constantOperators } from './constants.js';
import { controlOperators } from './control.js';
import { convolutionOperators } from './convolution.js';
import { dropoutOperators } from './dropout.js';
import { elementwiseOperators } from './elementwise.js';
import { indexingOperators } from './indexing.js';
import { logicOperators } from './logic.js';
import { lossOperators } from './losses.js';
import { normalizationOperators } from './normalization.js';
import { poolingOperators } from './pooling.js';
import { productOperators } from './products.js';
import { quantizationOperators } from './quantization.js';
import { randomOperators } from './random.js';
import { recurrentOperators } from './recurrent.js';
import { reductionOperators } from './reductions.js';
import { regionOperators } from './regions.js';
import { resizeOperators } from './resize.js';
import { reverseSequenceOperators } from './reverse-sequence.js';
import { samplingOperators } from './sampling.js';
import { selectionOperators } from './selection.js';
import { sequenceOperators } from './sequences.js';
import { slicingOperators } from './slicing.js';
import { softmaxOperators } from './softmax.js';
import { spaceDepthOperators } from './space-depth.js';
import { viewOperators } from './views.js';

const families: readonly OperatorTable[] = [
  activationOperators,
  arithmeticOperators,
  bitOperators,
  constantOperators,
  convolutionOperators,
  dropoutOperators,
  elementwiseOperators,
  indexingOperators,
  logicOperators,
  lossOperators,
  normalizationOperators,
  poolingOperators,
  productOperators,
  reductionOperators,
  resizeOperators,
  sequenceOperators,
  slicingOperators,
  softmaxOperators,
  spaceDepthOperators,
  attentionOperators,
  controlOperators,
  quantizationOperators,
  randomOperators,
  recurrentOperators,
  regionOperators,
  reverseSequenceOperators,
  samplingOperators,
  selectionOperators,
  viewOperators,
];

const operators = new Map<string, DescribedOperator>(
  families.flatMap((family) =>
    Object.entries(family).map(([name, operator]) => [
      name,
      typeof operator === 'function' ? { run: operator } : operator,
    ]),
  ),
);

/** The operator of ONNX's own domain with this name, if the importer has it. */
export const findOperator = (name: string): DescribedOperator | undefined => operators.get(name);
