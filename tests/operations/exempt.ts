/** The exports that are no operations and have no rows, each with the reason. */

const noTensor = 'checks arguments and computes no tensor';
const primitive = 'a primitive, whose function has rows';

export const exempt: Readonly<Record<string, string>> = {
  Generator: 'the state of random numbers, which the rows of uniform draw from',
  NoiseSource: 'draws the numbers of normal, see noise-source.test.ts',
  Module: 'the base of layers, see module.test.ts',
  Parameter: 'a variable, see module.test.ts',
  checkLabels: noTensor,
  checkOutputPadding: noTensor,
  conv2dPrimitive: primitive,
  freeze: 'marks parameters, see optimizer-kernels.test.ts',
  init: 'fills parameters with random numbers, see init.test.ts',
  isFrozen: 'reads a mark on parameters, see optimizer-kernels.test.ts',
  manualSeed: 'seeds what new layers start from, see init.test.ts',
  matmulPrimitive: primitive,
  observeCalls: 'watches layers, see layer-graph.test.ts',
  observeOutputs: 'watches layers, see module.test.ts',
  paddingOf: noTensor,
  pairOf: noTensor,
  trainableParameters: 'lists parameters, see optimizer-kernels.test.ts',
  unfreeze: 'marks parameters, see optimizer-kernels.test.ts',
};
