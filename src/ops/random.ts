/** Random numbers inside the graph: a counter-based generator whose state the program advances. */

import { ValueError } from '../graph/errors.js';
import { apply, type Primitive } from '../graph/primitive.js';
import { type Shape, sizeOf } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { activeTrace } from '../graph/trace.js';
import { Variable } from '../graph/variable.js';
import { tensor } from './creation.js';
import { add } from './elementwise.js';

const uniformPrimitive: Primitive<'uniform'> = {
  name: 'uniform',
  kind: 'structured',
  shape: (_, { shape }) => ({ shape, dtype: 'float32' }),
};

/**
 * A Philox 4x32-10 generator (Salmon et al. 2011): same seed, same numbers on every backend.
 *
 *     const generator = new Generator(7);
 *     const noise = uniform([64, 20], generator);
 */
export class Generator {
  /** int32 [4]: key low, key high, counter, stream. */
  readonly state: Variable;

  constructor(seed = 0, stream = 0) {
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new ValueError(`Generator: expected a whole seed of zero or more, got ${seed}`);
    }
    const words = new Int32Array([seed | 0, Math.floor(seed / 2 ** 32) | 0, 0, stream | 0]);
    this.state = new Variable(words, [4], 'int32');
  }
}

/** Uniform float32 numbers in [0, 1) of `shape`; every call goes on where the last one stopped. */
export function uniform(shape: Shape, generator: Generator): Tensor {
  const numbers = apply(uniformPrimitive, [generator.state], { shape });
  // Outside compile() the state moves on at once, so that the numbers must be drawn before.
  if (!activeTrace()) numbers.data();
  const blocks = Math.ceil(sizeOf(shape) / 4);
  generator.state.assign(add(generator.state, tensor(new Int32Array([0, 0, blocks, 0]), [4])));
  return numbers;
}
