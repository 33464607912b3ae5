/** A row that is named by its inputs' shapes and its meaning in Python. */

import type { Row } from './row.js';

export const named = (
  inputs: Row['inputs'],
  build: Row['build'],
  rest: Omit<Row, 'name' | 'inputs' | 'build'>,
): Row => ({
  name: `${inputs.map(({ shape, dtype }) => (dtype === 'float32' ? `[${shape}]` : `${dtype} [${shape}]`)).join(', ')}: ${rest.torch}`,
  inputs,
  build,
  ...rest,
});
