/** wrongLabels: another class for each sample than its own. */

import type { Tensor } from '../../graph/tensor.js';
import { add, cast, floor, mul, remainder } from '../../ops/index.js';
import type { Mismatch } from './game.js';

/**
 * Labels int32 [N] -> others, every wrong one as likely as the next.
 *
 *     await trainAdversarial({ ...game, condition: labelsOf, mismatch: wrongLabels(10) });
 */
export function wrongLabels(numClasses: number): Mismatch {
  return (labels, noise): Tensor => {
    const further = floor(mul(noise.uniform(labels.shape), numClasses - 1));
    const moved = add(add(cast(labels, 'float32'), 1), further);
    return cast(remainder(moved, numClasses), 'int32');
  };
}
