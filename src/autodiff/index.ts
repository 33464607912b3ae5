/** Gradients. */

export { type GradOptions, grad, valueAndGrad } from './grad.js';
