/** Compiling functions of tensors into programs. */

export { type Compiled, type CompileOptions, compile } from './compile.js';
export type { KernelDescription } from './describe.js';
export { installLazyEvaluation } from './evaluate.js';
export {
  type KernelTime,
  Program,
  type ProgramDescription,
  type Recomputation,
} from './program.js';
export type { TensorTree } from './tensor-tree.js';
export { tune } from './tune.js';
