/** Products of two square float32 matrices, against the most that the register kernel can do. */

import { compile, matmul as product, Variable } from '../../src/index.js';
import { openOwnSession } from '../own-session.js';
import { seededNormal } from '../seeded-data.js';
import type { Case, Workload } from '../workload.js';
import { registerKernelCeiling } from './register-kernel.js';

const sizes: readonly number[] = [512, 1024, 2048];

export const matmul: Workload = {
  name: 'matmul',
  summary: `products of square float32 matrices, ${sizes.join(', ')}`,
  cases: sizes.map(
    (size): Case => ({
      id: `matmul/${size}`,
      flops: 2 * size ** 3,
      open: async () => open(size),
      ceiling: registerKernelCeiling,
    }),
  ),
};

function open(size: number) {
  const shape = [size, size];
  // Variables live in the program's memory: the product is measured, not copying in and out.
  const a = new Variable(seededNormal(size * size, 1), shape, 'float32');
  const b = new Variable(seededNormal(size * size, 2), shape, 'float32');
  const out = new Variable(new Float32Array(size * size), shape, 'float32');
  const step = compile(() => {
    out.assign(product(a, b));
    return {};
  });
  return openOwnSession(step);
}
