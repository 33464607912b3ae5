/** The product of two square float32 matrices in jax-js. */

import { seededNormal } from '../../seeded-data.js';
import type { Step } from '../../session.js';
import type { JaxArray, JaxJs } from './jax-js.js';

export function product({ numpy, jit }: JaxJs, size: number): Step {
  const multiply = jit((a: JaxArray, b: JaxArray) => numpy.matmul(a, b));
  const shape = [size, size];
  const a = numpy.array(seededNormal(size * size, 1), { shape });
  const b = numpy.array(seededNormal(size * size, 2), { shape });
  return async () => (await multiply(a.ref, b.ref).data())[0];
}
