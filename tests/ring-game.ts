/** A small game on points of a ring, which tests play with one option or the other. */

import { BatchNorm1d, Linear, manualSeed, Relu, Sequential } from '../src/nn/index.js';
import { tensor } from '../src/ops/index.js';
import { Adam, ExponentialMovingAverage } from '../src/optim/index.js';
import { Philox } from '../src/random/philox.js';
import {
  type AdversarialOptions,
  type Metrics,
  takeState,
  trainAdversarial,
} from '../src/train/index.js';

export const modes = Array.from({ length: 8 }, (_, i) => [
  2 * Math.cos((i * Math.PI) / 4),
  2 * Math.sin((i * Math.PI) / 4),
]);

export interface Points {
  readonly size: number;
  readonly points: Float32Array;
}

/** Points of eight Gaussians of deviation 0.05 on a circle of radius 2. */
export const ring = ({ length, size }: { length: number; size: number }) => ({
  length,
  *epoch(epoch: number, first = 0): Generator<Points> {
    for (let batch = first; batch < length; batch++) {
      const random = new Philox(epoch * length + batch, 7);
      const points = Float32Array.from({ length: 2 * size }, () => 0.05 * random.normal());
      for (let i = 0; i < size; i++) {
        const [x, y] = modes[random.integer(modes.length)];
        points[2 * i] += x;
        points[2 * i + 1] += y;
      }
      yield { size, points };
    }
  },
});

export interface Given extends Partial<AdversarialOptions<Points>> {
  readonly size?: number;
  readonly hidden?: number;
}

export function game({ size = 32, hidden = 16, ...given }: Given = {}) {
  manualSeed(2);
  const generator = new Sequential(
    ...[new Linear(4, hidden), new BatchNorm1d(hidden), new Relu()],
    ...[new Linear(hidden, hidden), new Relu(), new Linear(hidden, 2)],
  );
  const discriminator = new Sequential(
    ...[new Linear(2, hidden), new Relu(), new Linear(hidden, hidden), new Relu()],
    new Linear(hidden, 1),
  );
  const settings = { lr: 1e-3, betas: [0.5, 0.999] as [number, number] };
  const generatorOptimizer = new Adam(generator.parameters(), settings);
  const discriminatorOptimizer = new Adam(discriminator.parameters(), settings);
  const average = new ExponentialMovingAverage(generator.parameters(), { decay: 0.9 });
  const parts = { generator, discriminator, generatorOptimizer, discriminatorOptimizer, average };
  const told: Metrics[] = [];
  const run = () =>
    trainAdversarial<Points>({
      ...parts,
      ...(given.steps === undefined ? { epochs: 2 } : {}),
      loader: ring({ length: 7, size }),
      real: ({ points, size: count }) => tensor(points, [count, 2]),
      noise: [4],
      seed: 5,
      ...given,
      onStep: (report) => {
        told.push(report.metrics);
        return given.onStep?.(report);
      },
    });
  const state = () => new Map([...takeState(parts).tensors].map(([k, { data }]) => [k, `${data}`]));
  return { run, told, state, parts };
}
