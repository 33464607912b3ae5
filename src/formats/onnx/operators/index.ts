/** Every operator of the importer by its ONNX name. */

import type { DescribedOperator, OperatorTable } from '../operator.js';
import { activationOperators } from './activations.js';
import { arithmeticOperators } from './arithmetic.js';
import { constantOperators } from './constants.js';
import { dropoutOperators } from './dropout.js';
import { elementwiseOperators } from './elementwise.js';
import { logicOperators } from './logic.js';
import { productOperators } from './products.js';
import { reductionOperators } from './reductions.js';
import { slicingOperators } from './slicing.js';
import { softmaxOperators } from './softmax.js';
import { viewOperators } from './views.js';

const families: readonly OperatorTable[] = [
  activationOperators,
  arithmeticOperators,
  constantOperators,
  dropoutOperators,
  elementwiseOperators,
  logicOperators,
  productOperators,
  reductionOperators,
  slicingOperators,
  softmaxOperators,
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
