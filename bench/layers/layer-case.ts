/** A case of one layer: its output and all its gradients, computed and kept in one step. */

import { type Shape, sizeOf } from '../../src/graph/shape.js';
import { trace } from '../../src/graph/trace.js';
import { compile, grad, type Tensor, Variable } from '../../src/index.js';
import { type Agreement, fingerprintOf } from '../fingerprint.js';
import { hashedValues } from '../hashed-data.js';
import { openOwnSession } from '../own-session.js';
import type { LayerCase, LayerSession } from '../workload.js';
import { trafficOf } from './traffic.js';

/** A layer made for one shape of input. */
export interface Layer {
  readonly forward: (...inputs: Tensor[]) => Tensor;
  /** How many inputs of the shape there are. Default: 1. */
  readonly inputs?: number;
  /** With names: get gradients as the inputs do. */
  readonly parameters?: readonly (readonly [string, Variable])[];
  /** What is read besides and gets no gradient, such as labels. */
  readonly constants?: readonly Tensor[];
}

export interface LayerSpec {
  /** As in bench/peers/pytorch/layers.py. */
  readonly name: string;
  readonly shape: Shape;
  readonly make: (shape: Shape) => Layer;
  readonly memoryBound: boolean;
  readonly flops?: number;
  readonly agreement?: Agreement;
}

export function layerCase({ name, shape, make, ...rest }: LayerSpec): LayerCase {
  const id = `layers/${name}/${shape.join('x')}`;
  return { id, flops: 0, ...rest, open: async () => openLayer(make(shape), shape) };
}

function openLayer(layer: Layer, shape: Shape): LayerSession {
  const { forward, inputs = 1, parameters = [], constants = [] } = layer;
  const names = ['x', 'other'].slice(0, inputs);
  const given = names.map((_, i) => filled(shape, 1 + i));
  for (const [i, [, parameter]] of parameters.entries()) {
    parameter.set(hashedValues(parameter.size, 11 + i));
  }
  const wanted = [...given, ...parameters.map(([, parameter]) => parameter)];
  // Traced and forgotten: only for the shape of the output.
  const { shape: outputShape } = trace(() => forward(...given)).result;
  const arriving = filled(outputShape, 5);
  const output = empty(outputShape);
  const gradients = wanted.map(({ shape: own }) => empty(own));
  // A gradient that is the arriving one itself is there already, and no engine copies it.
  const passedOn = new Set<number>();

  const step = compile(() => {
    const y = forward(...given);
    output.assign(y);
    for (const [i, gradient] of grad(y, wanted, { outputGradient: arriving }).entries()) {
      if (gradient === arriving) passedOn.add(i);
      else gradients[i].assign(gradient);
    }
    return {};
  });
  const session = openOwnSession(step);
  const results = gradients.map((gradient, i) => (passedOn.has(i) ? arriving : gradient));
  const computed = gradients.filter((_, i) => !passedOn.has(i));
  const resultNames = [...names, ...parameters.map(([name]) => name)];
  return {
    ...session,
    check: async () => ({
      output: fingerprintOf(output.data()),
      ...Object.fromEntries(
        results.map((gradient, i) => [
          `gradient of ${resultNames[i]}`,
          fingerprintOf(gradient.data()),
        ]),
      ),
    }),
    traffic: trafficOf({
      read: [...wanted, ...constants, ...(computed.length > 0 ? [arriving] : [])],
      written: [output, ...computed],
    }),
  };
}

/** Variables live in the program's memory: the layer is measured, not copying in and out. */
const filled = (shape: Shape, seed: number): Variable =>
  new Variable(hashedValues(sizeOf(shape), seed), shape, 'float32');

const empty = (shape: Shape): Variable =>
  new Variable(new Float32Array(sizeOf(shape)), shape, 'float32');
