/** Every operation on tensors. */

export * from './conv-2d.js';
export * from './creation.js';
export * from './elementwise.js';
export * from './matmul.js';
export * from './pad.js';
export * from './pooling.js';
export * from './random.js';
export * from './reduction.js';
export * from './view.js';
