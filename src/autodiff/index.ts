/** Gradients. */

export { checkpoint } from './checkpoint.js';
export { type GradOptions, grad, valueAndGrad } from './grad.js';
