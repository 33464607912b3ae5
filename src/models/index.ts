/** Networks, one file per family, and the registry that creates them by name. */

export { LeNet5, type LeNet5Options } from './lenet5.js';
export { createModel, type ModelOptions, modelNames } from './registry.js';
