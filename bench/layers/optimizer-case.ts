/** A case of one optimiser: an update of the parameters of a ResNet-20 of double width, 1.07 million in 59 tensors. */

import { sizeOf } from '../../src/graph/shape.js';
import { compile, type Shape, Variable } from '../../src/index.js';
import type { Optimizer } from '../../src/optim/index.js';
import { fingerprintOf } from '../fingerprint.js';
import { hashedValues } from '../hashed-data.js';
import { openOwnSession } from '../own-session.js';
import type { LayerCase, LayerSession } from '../workload.js';
import { trafficOf } from './traffic.js';

export interface OptimizerSpec {
  /** As in bench/peers/pytorch/optimizers.py. */
  readonly name: string;
  readonly make: (parameters: readonly Variable[]) => Optimizer;
  /** Numbers that it keeps for each parameter, such as Adam's two moments. */
  readonly moments: number;
}

export function optimizerCase(spec: OptimizerSpec): LayerCase {
  const id = `layers/${spec.name}/resnet20`;
  return { id, flops: 0, memoryBound: true, open: async () => openOptimizer(spec) };
}

/** Three stages of six convolutions, each with scale and shift behind it, and a linear layer. */
export function parameterShapes(): Shape[] {
  const widths = [32, 64, 128];
  const convs: Shape[] = [[32, 3, 3, 3]];
  for (const [stage, width] of widths.entries()) {
    convs.push([width, widths[Math.max(stage - 1, 0)], 3, 3]);
    for (let i = 0; i < 5; i++) convs.push([width, width, 3, 3]);
  }
  const layers = convs.flatMap((conv): Shape[] => [conv, [conv[0]], [conv[0]]]);
  return [...layers, [10, 128], [10]];
}

function openOptimizer({ make, moments }: OptimizerSpec): LayerSession {
  const shapes = parameterShapes();
  const values = (shape: Shape, seed: number) => hashedValues(sizeOf(shape), seed);
  const parameters = shapes.map((shape, i) => {
    // Small, so that three updates are a good part of them.
    const small = values(shape, 200 + i).map((value) => value * 0.01);
    return new Variable(small, shape, 'float32');
  });
  const gradients = shapes.map(
    (shape, i) => new Variable(values(shape, 300 + i), shape, 'float32'),
  );
  const optimizer = make(parameters);
  const session = openOwnSession(
    compile(() => {
      optimizer.step(gradients);
      return {};
    }),
  );
  for (let i = 0; i < 2; i++) session.step();
  const state = Array.from({ length: moments }, () => parameters).flat();
  return {
    ...session,
    check: async () => ({
      parameters: fingerprintOf(parameters.flatMap((parameter) => [...parameter.data()])),
    }),
    traffic: trafficOf({ read: gradients, updated: [...parameters, ...state] }),
  };
}
