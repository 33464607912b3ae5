/** One round of the game equals PyTorch's for every loss, penalty and kind of term: what is told, and all weights. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reference } from '../src/backends/reference/index.js';
import { compile } from '../src/compiler/index.js';
import type { Shape } from '../src/graph/shape.js';
import type { Tensor } from '../src/graph/tensor.js';
import { LeakyRelu, Linear, Module, NoiseSource, Sequential } from '../src/nn/index.js';
import { cast, concatenate, oneHot, tensor } from '../src/ops/index.js';
import { SGD } from '../src/optim/index.js';
import { discriminatorTurn, generatorTurn, type Players } from '../src/train/adversarial/game.js';
import { lossOf } from '../src/train/adversarial/losses.js';
import type { AdversarialLossName } from '../src/train/index.js';
import { assertTorch, fromTorch, readFixture, type TorchTensor } from './torch-values.js';

interface Fixture {
  readonly lr: number;
  readonly real: TorchTensor;
  readonly noise: TorchTensor;
  readonly share: TorchTensor;
  readonly labels: readonly number[];
  readonly wrong: readonly number[];
  readonly rounds: readonly {
    readonly options: {
      readonly loss: AdversarialLossName;
      readonly realLabel: 0 | 1;
      readonly labelSmoothing: number;
      readonly r1: number;
    };
    readonly conditional: boolean;
    readonly mismatch: boolean;
    readonly start: readonly (readonly TorchTensor[])[];
    readonly told: Readonly<Record<string, number>>;
    readonly end: readonly (readonly TorchTensor[])[];
  }[];
}

const fixture = readFixture<Fixture>('adversarial.json');
const classes = 3;

/** Three layers, told the label as one-hot numbers behind its input. */
class Network extends Module<[Tensor, Tensor?]> {
  readonly layers: Sequential;

  constructor(weights: readonly TorchTensor[]) {
    super();
    const [[hidden, inputs], , [outputs]] = weights.map(({ shape }) => shape);
    this.layers = new Sequential(
      new Linear(inputs, hidden),
      new LeakyRelu({ negativeSlope: 0.2 }),
      new Linear(hidden, outputs),
    );
    this.parameters().forEach((parameter, i) => {
      parameter.set(Float32Array.from(weights[i].data));
    });
  }

  forward(x: Tensor, labels?: Tensor): Tensor {
    if (!labels) return this.layers.call(x);
    const told = cast(oneHot(labels, classes), 'float32');
    return this.layers.call(concatenate([x, told], 1));
  }
}

/** The fixture's noise. */
class FixedNoise extends NoiseSource {
  override draw(): Tensor {
    return fromTorch(fixture.noise);
  }

  override uniform(shape: Shape): Tensor {
    assert.deepEqual([...shape], [...fixture.share.shape]);
    return fromTorch(fixture.share);
  }
}

for (const { options, conditional, mismatch, start, told, end } of fixture.rounds) {
  const { loss, realLabel, labelSmoothing: smoothing, r1 } = options;
  const named = Object.entries({ ...options, conditional, mismatch }).filter(([, value]) => value);
  test(named.map(([name, value]) => `${name}: ${value}`).join(', '), () => {
    const [generator, discriminator] = start.map((weights) => new Network(weights));
    const optimizer = (network: Network) => new SGD(network.parameters(), { lr: fixture.lr });
    const labels = (values: readonly number[]) => tensor(values, [values.length], 'int32');
    const players: Players = {
      ...{ generator, discriminator, realLabel, smoothing, r1, instanceNoise: null },
      generatorOptimizer: optimizer(generator),
      discriminatorOptimizer: optimizer(discriminator),
      ...{ loss: lossOf(loss), noise: new FixedNoise([3]), average: undefined },
      mismatch: mismatch ? () => labels(fixture.wrong) : null,
    };
    const round = compile(
      () => {
        const condition = [conditional ? labels(fixture.labels) : undefined] as const;
        const turn = discriminatorTurn(players, fromTorch(fixture.real), condition);
        return { ...turn.told, ...generatorTurn(players, turn.fakes, condition) };
      },
      { backend: reference },
    );
    const results = round();
    assert.deepEqual(Object.keys(results).sort(), Object.keys(told).sort());
    for (const [name, value] of Object.entries(told)) {
      assertTorch(results[name], { shape: [], data: [value] }, { what: name, tolerance: 1e-6 });
    }
    [generator, discriminator].forEach((network, i) => {
      network.parameters().forEach((parameter, j) => {
        const what = `${i === 0 ? 'generator' : 'discriminator'}: parameter ${j}`;
        // Variables are kept in float32.
        assertTorch(parameter, end[i][j], { what, tolerance: 1e-6 });
      });
    });
  });
}
