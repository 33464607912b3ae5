/** The models that can be created by name. */

import { ValueError } from '../graph/errors.js';
import type { Module } from '../nn/module.js';
import { nearestName } from '../text/nearest-name.js';
import { LeNet5 } from './lenet5.js';

export interface ModelOptions {
  /** How many classes the model tells apart; the default is the model's own. */
  numClasses?: number;
}

const models: Readonly<Record<string, (options: ModelOptions) => Module>> = {
  lenet5: (options) => new LeNet5(options),
};

/** The names that `createModel` knows. */
export const modelNames = (): string[] => Object.keys(models);

/**
 * A new model by name, its weights initialised.
 *
 * Throws ValueError when no model has that name.
 *
 *     const model = createModel('lenet5', { numClasses: 10 });
 */
export function createModel(name: string, options: ModelOptions = {}): Module {
  if (!Object.hasOwn(models, name)) {
    const near = nearestName(name, modelNames());
    throw new ValueError(
      `there is no model "${name}"; ` +
        (near ? `did you mean "${near}"?` : `use one of ${modelNames().join(', ')}`),
    );
  }
  return models[name](options);
}
