/** Nodes on which the importer is compared with onnxruntime, by family. */

import { attention } from './attention.js';
import { layerVersions } from './layer-versions.js';
import { quantization } from './quantization.js';
import { recurrent } from './recurrent.js';
import { regions } from './regions.js';
import type { Rows } from './row.js';
import { sampling } from './sampling.js';
import { shapeVersions } from './shape-versions.js';

export const runtimeRows: Readonly<Record<string, Rows>> = {
  'versions of layers': layerVersions,
  'versions of shapes and reductions': shapeVersions,
  sampling,
  regions,
  quantization,
  recurrent,
  attention,
};
