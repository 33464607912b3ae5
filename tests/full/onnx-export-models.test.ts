/** All networks, exported and run by ONNX Runtime. */

import { modelNames } from '../../src/models/index.js';
import { testExported } from '../exported-models.js';

testExported(modelNames());
