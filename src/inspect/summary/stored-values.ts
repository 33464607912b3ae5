/** Stored values: how much of what a layer computes needs memory of its own, as textbooks count it. */

import type { Tensor } from '../../graph/tensor.js';
import type { PrimitiveAttributes } from '../../graph/vocabulary.js';
import type { LayerNode } from '../layer-graph.js';

/**
 * Values that convolutions, products, pooling and other reductions of a layer write. What is computed element
 * by element (activations, dropout, normalisation by running statistics, sums of shortcuts) may overwrite
 * what it is computed from; views and padding are read where they are, and what is concatenated is written
 * there at once.
 */
export const storedValues = ({ kind, tensors }: Pick<LayerNode, 'kind' | 'tensors'>): number =>
  tensors
    .filter((tensor) => kind === 'input' || isStored(tensor))
    .reduce((sum, { size }) => sum + size, 0);

function isStored({ source }: Tensor): boolean {
  if (source.kind !== 'apply') return false;
  const { kind, name } = source.primitive;
  if (kind !== 'structured' && kind !== 'reduction') return false;
  switch (name) {
    case 'pad':
      return false;
    case 'windowSum':
    case 'windowMax': {
      const { kernel, stride } = source.attributes as PrimitiveAttributes['windowMax'];
      return [...kernel, ...stride].some((extent) => extent !== 1);
    }
    default:
      return true;
  }
}
