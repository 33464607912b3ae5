/** Classic networks on one and on sixteen pictures, in evaluation mode, with hashed weights. */

import { sizeOf } from '../../src/graph/shape.js';
import { compile, tensor } from '../../src/index.js';
import { createModel } from '../../src/models/index.js';
import { fingerprintOf } from '../fingerprint.js';
import { hashedValues } from '../hashed-data.js';
import { setHashedState } from '../hashed-parameters.js';
import { inferenceId, type Network, networks, picturesShape } from '../networks.js';
import { openOwnSession } from '../own-session.js';
import type { Case, Workload } from '../workload.js';

export const inference: Workload = {
  name: 'inference',
  summary: `${networks.map(({ name }) => name).join(', ')}, batch 1 and 16`,
  cases: networks.flatMap((network) => [1, 16].map((batch) => inferenceCase(network, batch))),
};

function inferenceCase(network: Network, batch: number): Case {
  return {
    id: inferenceId({ network, batch }),
    flops: 2 * batch * network.multiplyAdds,
    images: batch,
    open: async () => open(network, batch),
  };
}

function open(network: Network, batch: number) {
  const model = createModel(network.name).eval();
  setHashedState(model);
  const shape = picturesShape({ network, batch });
  const pictures = tensor(hashedValues(sizeOf(shape), 1), shape);
  const predict = compile((x) => ({ logits: model.call(x) }));
  return {
    ...openOwnSession(predict, pictures),
    check: async () => ({ logits: fingerprintOf(predict(pictures).logits.data()) }),
  };
}
