/** The training of autoencoders. */

export { bernoulliCost, type CodeDistribution, gaussianCost, gaussianKl } from './elbo.js';
export type { Objective, ObjectiveOptions } from './objective.js';
