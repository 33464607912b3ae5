/** TensorFlow.js layers models: read and run as modules. */

export { type OpenTfjsOptions, openTfjs } from './open-tfjs.js';
export { type TfjsInput, TfjsModel } from './tfjs-model.js';
export type { OpenWeights } from './weights-manifest.js';
