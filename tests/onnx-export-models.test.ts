/** Networks of each family, exported and run by ONNX Runtime; the full tests have all of them. */

import { testExported } from './exported-models.js';

testExported([
  ...['lenet5', 'lenet5_1998', 'googlenet', 'googlenet_2014', 'inception_v3', 'resnet18'],
  'resnet20',
]);
