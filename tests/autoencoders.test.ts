/** Autoencoders: variational ones compute what PyTorch does (tests/fixtures/generate-autoencoders.py), and all refuse what does not fit. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grad, mean, ShapeError, type Tensor, tensor, ValueError } from '../src/index.js';
import {
  autoencoderNames,
  createAutoencoder,
  DenoisingAutoencoder,
  SparseAutoencoder,
  VariationalModel,
} from '../src/models/index.js';
import { manualSeed } from '../src/nn/index.js';
import { gaussianKl } from '../src/train/index.js';
import {
  assertTorch,
  fromTorch,
  onReference,
  readFixture,
  type TorchTensor,
} from './torch-values.js';

interface Case extends Readonly<Record<Term, TorchTensor>> {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly state: Readonly<Record<string, TorchTensor>>;
  readonly labels: readonly number[] | null;
  readonly gradients: Readonly<Record<string, TorchTensor>>;
}

type Term = 'pictures' | 'noise' | 'mean' | 'logVariance' | 'codes' | 'decoded' | Scalar;
type Scalar = 'reconstruction' | 'kl' | 'loss';

for (const one of readFixture<Case[]>('autoencoders.json')) {
  const words = `${one.name} ${JSON.stringify(one.options)}`;
  test(`the bound of ${words} and all its gradients are PyTorch's`, () => {
    const model = createAutoencoder(one.name, one.options);
    assert.ok(model instanceof VariationalModel);
    const state = Object.entries(one.state).map(([name, { shape, data }]) => {
      return [name, { shape, data: Float32Array.from(data), dtype: 'float32' as const }] as const;
    });
    model.loadStateDict(Object.fromEntries(state));
    const labels = one.labels
      ? tensor(Int32Array.from(one.labels), [one.labels.length])
      : undefined;
    const [pictures, noise] = [fromTorch(one.pictures), fromTorch(one.noise)];
    const named = model.namedParameters();
    const made = onReference(() => {
      const codes = model.distribution(pictures, labels);
      const { loss, terms } = model.objective(pictures, { labels, noise });
      const sampled = model.sample(codes, noise);
      return {
        ...{ mean: codes.mean, logVariance: codes.logVariance, codes: sampled },
        ...{ decoded: model.decode(sampled, labels), loss, ...terms },
        encoded: model.encode(pictures, labels),
        gradients: grad(
          loss,
          named.map(([, parameter]) => parameter),
        ),
      } as Record<Exclude<Term, 'pictures' | 'noise'> | 'encoded', Tensor> & {
        gradients: Tensor[];
      };
    });
    for (const term of ['mean', 'logVariance', 'codes', 'decoded'] as const) {
      assertTorch(made[term], one[term], { what: term });
    }
    assertTorch(made.encoded, one.mean, { what: 'encode' });
    for (const term of ['reconstruction', 'kl', 'loss'] as const) {
      assertTorch(made[term], one[term], { what: term });
    }
    assert.deepEqual(named.map(([name]) => name).sort(), Object.keys(one.gradients).sort());
    named.forEach(([name], i) => {
      assertTorch(made.gradients[i], one.gradients[name], { what: `gradient of ${name}` });
    });
  });
}

test('a code that is the standard normal distribution costs nothing', () => {
  const zeros = tensor(new Float32Array(6), [2, 3]);
  assert.ok(gaussianKl({ mean: zeros, logVariance: zeros }).item() === 0);
});

const pixelsOf = (shape: readonly number[]): Tensor => {
  const size = shape.reduce((product, n) => product * n, 1);
  return tensor(
    Float32Array.from({ length: size }, (_, i) => ((i * 7919) % 101) / 101),
    shape,
  );
};

test('every autoencoder takes pictures of any size, grey or in colour, and gives back their shape', () => {
  for (const name of autoencoderNames()) {
    for (const shape of [
      [1, 28, 28],
      [3, 24, 16],
      [3, 9, 13],
    ]) {
      const model = createAutoencoder(name, { inputShape: shape, latent: 4 });
      const codes = model.encode(pixelsOf([2, ...shape]));
      assert.deepEqual([...codes.shape], [2, 4], name);
      const made = model.decode(codes);
      assert.deepEqual([...made.shape], [2, ...shape], name);
      assert.ok(
        made.data().every((value) => value >= 0 && value <= 1),
        name,
      );
    }
  }
});

test('a warm-up takes a share of the divergence', () => {
  const model = createAutoencoder('vae', { inputShape: [1, 4, 4], latent: 2, hidden: 3, beta: 2 });
  const [pictures, noise] = [pixelsOf([3, 1, 4, 4]), pixelsOf([3, 2])];
  const { loss, terms } = model.objective(pictures, { noise, betaShare: 0.25 });
  const expected = terms.reconstruction.item() + 0.5 * terms.kl.item();
  assert.ok(Math.abs(loss.item() - expected) < 1e-5 * expected);
});

test('a denoising autoencoder sees damaged pictures in training alone', () => {
  manualSeed(0);
  const shape = [1, 8, 8] as const;
  for (const [corruption, damaged] of [
    ['gaussian', (share: number) => share > 0.99],
    ['masking', (share: number) => Math.abs(share - 0.4) < 0.1],
  ] as const) {
    const options = { inputShape: shape, corruption, corruptionAmount: 0.4 };
    const model = new DenoisingAutoencoder(options);
    const pictures = tensor(new Float32Array(640).fill(0.5), [10, ...shape]);
    const seen = model.corruption.call(pictures).data();
    assert.ok(damaged(seen.filter((value) => value !== 0.5).length / 640), corruption);
    const again = model.corruption.call(pictures).data();
    assert.notDeepEqual([...again], [...seen]);
    model.eval();
    assert.deepEqual([...model.corruption.call(pictures).data()], [...pictures.data()]);
  }
});

test('the penalties of a sparse autoencoder are what its paper says', () => {
  const options = { inputShape: [1, 4, 4] as const, latent: 5, hidden: [] };
  const pictures = pixelsOf([6, 1, 4, 4]);
  const means = (model: SparseAutoencoder) => [...mean(model.encode(pictures), 0).data()];
  const close = (a: number, b: number) =>
    assert.ok(Math.abs(a - b) < 1e-5 * Math.abs(b), `${a} ${b}`);
  const rectified = new SparseAutoencoder({ ...options, sparsityWeight: 0.5 });
  const sum = means(rectified).reduce((total, value) => total + value, 0);
  const { loss, terms } = rectified.objective(pictures);
  close(terms.sparsity.item(), sum);
  close(loss.item(), terms.reconstruction.item() + 0.5 * sum);
  const target = 0.1;
  const bounded = new SparseAutoencoder({ ...options, sparsity: 'kl', sparsityTarget: target });
  const divergence = means(bounded).reduce(
    (total, value) =>
      total +
      target * Math.log(target / value) +
      (1 - target) * Math.log((1 - target) / (1 - value)),
    0,
  );
  close(bounded.objective(pictures).terms.sparsity.item(), divergence);
});

test('what does not fit is refused, and said how', () => {
  assert.throws(() => createAutoencoder('vea'), /no autoencoder "vea"; did you mean "vae"\?/);
  assert.throws(() => createAutoencoder('vae', { latnet: 3 }), /did you mean "latent"/);
  assert.throws(() => createAutoencoder('autoencoder', { beta: 3 }), ValueError);
  assert.throws(() => createAutoencoder('vae', { likelihood: 'normal' }), ValueError);
  assert.throws(() => createAutoencoder('vae', { inputShape: [28, 28] }), /expected \[channels/);
  const model = createAutoencoder('vae', { numClasses: 3 });
  assert.throws(
    () => model.encode(pixelsOf([2, 1, 28, 28])),
    /made for 3 classes, but got no labels/,
  );
  assert.throws(() => model.encode(pixelsOf([2, 1, 27, 28])), ShapeError);
  assert.throws(() => model.decode(pixelsOf([2, 19])), /expected codes \[N, 20\]/);
});
