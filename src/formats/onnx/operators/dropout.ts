/** ONNX's Dropout, which does nothing when a model is used. */

import { ValueError } from '../../../graph/errors.js';
import { fill } from '../../../ops/creation.js';
import type { OperatorNode, OperatorTable } from '../operator.js';
import { Value } from '../value.js';

/** In training mode with a ratio of 0 nothing is dropped either. */
function dropout(node: OperatorNode): Value[] {
  const { attributes, opset } = node;
  const x = node.input(0);
  const inputs = opset >= 12;
  const ratio = inputs ? (node.number(1) ?? 0.5) : attributes.float('ratio', 0.5);
  if (opset < 7) {
    attributes.flag('is_test', false);
    if (opset < 6) attributes.ints('consumed_inputs');
  }
  const training = inputs && (node.number(2) ?? 0) !== 0;
  if (inputs && attributes.has('seed')) attributes.int('seed');
  if (training && ratio !== 0) {
    throw new ValueError(
      `the model asks for training mode with ratio ${ratio}; export it for inference`,
    );
  }
  // In the first versions, the mask has the type of x.
  const mask = opset < 10 ? x.type : 'bool';
  return [x, Value.of(fill(1, x.shape, mask === 'bool' ? 'bool' : 'float32'), mask)];
}

export const dropoutOperators: OperatorTable = {
  Dropout: { run: dropout, hostInputs: [1, 2] },
};
