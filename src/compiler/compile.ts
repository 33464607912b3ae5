/** compile(): a function of tensors becomes programs, one for each set of input shapes and conditions. */

import type { Backend } from '../backends/contract.js';
import { defaultBackend } from '../backends/default-backend.js';
import { ValueError } from '../graph/errors.js';
import { formatShape } from '../graph/shape.js';
import { Tensor } from '../graph/tensor.js';
import { type Guard, trace } from '../graph/trace.js';
import { Variable } from '../graph/variable.js';
import { Program } from './program.js';
import { leavesOf, type TensorTree, withLeaves } from './tensor-tree.js';

export interface CompileOptions {
  /** Where programs run; defaults to the fastest backend that there is. */
  backend?: Backend;
}

/** A compiled function: called like the original, it returns tensors that are already computed. */
export interface Compiled<Args extends readonly Tensor[], Result extends TensorTree> {
  (...args: Args): Result;
  /** The program for arguments of these shapes, compiled now if it has not been yet. */
  program(...args: Args): Program;
  /** How many programs were compiled so far. */
  readonly programCount: number;
  /** Frees the memory of every program; the next call compiles again. */
  dispose(): void;
}

interface Entry<Result> {
  readonly program: Program;
  readonly guards: readonly Guard[];
  /** The shape of what the function returned, with placeholders for tensors. */
  readonly result: Result;
}

/**
 * Traces `fn` once for each set of input shapes (and training mode) and runs it as one program.
 *
 * Assignments to variables inside `fn` happen in place when the program runs; host code inside `fn`
 * runs only while tracing.
 *
 *     const step = compile((x, y) => ({ loss: train(x, y) }));
 *     const { loss } = step(images, labels);
 */
export function compile<Args extends readonly Tensor[], Result extends TensorTree>(
  fn: (...args: Args) => Result,
  { backend }: CompileOptions = {},
): Compiled<Args, Result> {
  const entries = new Map<string, Entry<Result>[]>();

  const entryFor = (args: Args): Entry<Result> => {
    const signature = signatureOf(args);
    const known = entries.get(signature) ?? [];
    const valid = known.find(({ guards }) => guards.every(({ read, value }) => read() === value));
    if (valid) return valid;
    const entry = build(fn, args, backend ?? defaultBackend());
    entries.set(signature, [...known, entry]);
    return entry;
  };

  const call = (...args: Args): Result => {
    const { program, result } = entryFor(args);
    return withLeaves(result, program.run(args.map((arg) => arg.data())));
  };
  return Object.defineProperties(call as Compiled<Args, Result>, {
    program: { value: (...args: Args) => entryFor(args).program },
    programCount: { get: () => [...entries.values()].flat().length },
    dispose: {
      value: () => {
        for (const { program } of [...entries.values()].flat()) program.dispose();
        entries.clear();
      },
    },
  });
}

function signatureOf(args: readonly Tensor[]): string {
  return args
    .map((arg, i) => {
      if (!(arg instanceof Tensor)) {
        throw new ValueError(
          `compile: argument ${i} is no tensor; wrap numbers and arrays with tensor(data, shape)`,
        );
      }
      return `${arg.dtype}${formatShape(arg.shape)}`;
    })
    .join();
}

function build<Args extends readonly Tensor[], Result extends TensorTree>(
  fn: (...args: Args) => Result,
  args: Args,
  backend: Backend,
): Entry<Result> {
  const inputs = args.map(({ shape, dtype }) => new Tensor(shape, dtype, { kind: 'input' }));
  const traced = trace(() => fn(...(inputs as readonly Tensor[] as Args)));
  const assignments = [...traced.trace.assignments].map(([variable, value]) => {
    if (!(variable instanceof Variable)) throw new Error(`internal: ${variable} was assigned`);
    return { variable, value };
  });
  // A variable that is returned means the value it has after the assignments.
  const outputs = leavesOf(traced.result).map((leaf) => traced.trace.assignments.get(leaf) ?? leaf);
  return {
    program: new Program({ inputs, outputs, assignments }, backend),
    guards: traced.trace.guards,
    result: traced.result,
  };
}
