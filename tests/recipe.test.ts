/** The recipes of `fovea train`: those of networks, what is given instead, and schedules by name. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { augmentation, usualAugmentation } from '../src/cli/augmentation.js';
import { createSchedule, recipeFor, scheduleNames } from '../src/cli/recipe.js';
import { datasetNames } from '../src/data/index.js';
import { modelNames } from '../src/models/index.js';

test('the ResNets for CIFAR have the recipe of their paper', () => {
  for (const name of ['resnet20', 'resnet110', 'resnet18_cifar']) {
    const { optimizer, lr, weightDecay, batch } = recipeFor(name, {});
    assert.deepEqual([optimizer, lr, weightDecay, batch], ['sgd', 0.1, 1e-4, 128], name);
  }
  assert.equal(recipeFor('resnet18', {}).optimizer, 'adam');
});

test('what is given takes the place of the recipe, and what is not does not', () => {
  const given = recipeFor('resnet20', { lr: 0.05, epochs: 3, weightDecay: 0, batch: undefined });
  assert.equal(given.lr, 0.05);
  assert.equal(given.epochs, 3);
  assert.equal(given.weightDecay, 0);
  assert.equal(given.batch, 128);
});

test('another optimiser brings its own rate and decay', () => {
  const { lr, weightDecay, batch } = recipeFor('resnet20', { optimizer: 'adamw' });
  assert.deepEqual([lr, weightDecay, batch], [1e-3, 0.01, 128]);
  assert.equal(recipeFor('lenet5', { optimizer: 'sgd' }).lr, 0.01);
  assert.equal(recipeFor('lenet5', { optimizer: 'sgd', lr: 1 }).lr, 1);
});

test('every recipe is complete', () => {
  for (const name of modelNames()) {
    const { optimizer, lr, weightDecay, schedule, batch, epochs } = recipeFor(name, {});
    assert.ok(['adam', 'sgd'].includes(optimizer) && scheduleNames.includes(schedule), name);
    assert.ok(lr > 0 && weightDecay >= 0 && batch > 0 && epochs > 0, name);
  }
});

test('steps of the rate come at a half and at three quarters', () => {
  const schedule = createSchedule('multi-step', { lr: 0.1, steps: 8 });
  const rates = [0, 3, 4, 5, 6, 7].map((step) => schedule(step).toFixed(4));
  assert.deepEqual(rates, ['0.1000', '0.1000', '0.0100', '0.0100', '0.0010', '0.0010']);
  assert.equal(createSchedule('multi-step', { lr: 0.1, steps: 1 })(0), 0.1);
});

test('coloured pictures are flipped and cropped, digits are not', () => {
  assert.deepEqual(
    datasetNames.filter((name) => usualAugmentation(name).length > 0),
    ['cifar10', 'cifar100'],
  );
  assert.deepEqual(usualAugmentation('cifar10'), ['flip', 'crop']);
  assert.deepEqual(augmentation('none'), []);
  assert.deepEqual(augmentation('crop, flip'), ['crop', 'flip']);
  assert.throws(() => augmentation(''), /It can be none, or flip, vertical-flip, crop/);
});
