/** A case of one pass of one convolution, alone. */

import { compile, conv2d, grad, Variable } from '../../src/index.js';
import { fingerprintOf } from '../fingerprint.js';
import { openOwnSession } from '../own-session.js';
import type { ConvolutionCase, ConvolutionSession } from '../workload.js';
import {
  type Convolution,
  type ConvolutionShapes,
  convolutionId,
  directFlops,
  type Pass,
  settingsOf,
  shapesOf,
} from './convolution.js';
import { directError } from './direct-error.js';
import { operandOf } from './operands.js';

export function convolutionCase(convolution: Convolution, pass: Pass): ConvolutionCase {
  return {
    id: convolutionId(convolution, pass),
    flops: directFlops(convolution),
    ...{ convolution, pass },
    open: async () => open(convolution, pass),
  };
}

function open(convolution: Convolution, pass: Pass): ConvolutionSession {
  const shapes = shapesOf(convolution);
  const filled = (name: keyof ConvolutionShapes) =>
    new Variable(operandOf(convolution, name), shapes[name], 'float32');
  // Variables live in the program's memory: the convolution is measured, not copying in and out.
  const [input, filter, arriving] = [filled('input'), filled('filter'), filled('output')];
  const target = { forward: arriving, 'input-gradient': input, 'filter-gradient': filter }[pass];
  const result = new Variable(new Float32Array(target.size), target.shape, 'float32');
  const session = openOwnSession(
    compile(() => {
      const y = conv2d(input, filter, settingsOf(convolution));
      const [value] = pass === 'forward' ? [y] : grad(y, [target], { outputGradient: arriving });
      result.assign(value);
      return {};
    }),
  );
  return {
    ...session,
    check: async () => ({ [pass]: fingerprintOf(result.data()) }),
    error: () => {
      const operands = { input: input.data(), filter: filter.data(), output: arriving.data() };
      return directError({ convolution, pass }, operands, result.data());
    },
  };
}
