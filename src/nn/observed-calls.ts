/** Observation: which layers are called while a function runs, inside which others, with what going in and coming out. */

import { Tensor } from '../graph/tensor.js';
import type { AnyModule } from './module.js';

/** One call of a layer. */
export interface ObservedCall {
  /** Null where what ran is no module of its own, as a node of an ONNX graph. */
  readonly module: AnyModule | null;
  /** Such as `features.3`; empty for the outermost module. */
  readonly path: string;
  /** Such as `Conv2d 64 -> 128`. */
  readonly layer: string;
  /** The tensors given, wherever in arrays and objects they were. */
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  /** What was called inside it, in the order of starting. */
  readonly calls: readonly ObservedCall[];
}

/** The output of one layer, in the order in which layers finish. */
export interface ObservedOutput {
  /** Such as `features.3`; empty for the outermost module. */
  readonly path: string;
  /** Such as `Conv2d 64 -> 128`. */
  readonly layer: string;
  readonly output: Tensor;
}

/** Where the next call is noted; null while nobody observes. */
let noted: ObservedCall[] | null = null;

/**
 * Runs `build` and tells what was called in it: a tree, outer layers before those inside them.
 *
 *     const { calls } = observeCalls(() => model.call(x));
 *     calls[0].calls.map(({ path }) => path); // the layers of the network
 */
export function observeCalls<Result>(build: () => Result): {
  result: Result;
  calls: readonly ObservedCall[];
} {
  const outer = noted;
  const calls: ObservedCall[] = [];
  noted = calls;
  try {
    return { result: build(), calls };
  } finally {
    noted = outer;
    outer?.push(...calls);
  }
}

/**
 * Runs `build` and collects the output of every module called in it, in the order they finish.
 *
 *     const { result, outputs } = observeOutputs(() => model.call(x));
 */
export function observeOutputs<Result>(build: () => Result): {
  result: Result;
  outputs: ObservedOutput[];
} {
  const { result, calls } = observeCalls(build);
  const finished = ({ path, layer, outputs, calls }: ObservedCall): ObservedOutput[] => [
    ...calls.flatMap(finished),
    ...outputs.map((output) => ({ path, layer, output })),
  ];
  return { result, outputs: calls.flatMap(finished) };
}

/** What is called; the functions run only where somebody observes. */
export interface Callee<Output> {
  readonly module: AnyModule | null;
  readonly path: () => string;
  readonly layer: () => string;
  /** What holds the tensors given. */
  readonly inputs: () => unknown;
  /** What holds the tensors of an output. Default: the output. */
  readonly outputs?: (output: Output) => unknown;
}

/** Runs `build`, the call of a layer, and notes it for whoever observes. */
export function noteCall<Output>(callee: Callee<Output>, build: () => Output): Output {
  if (!noted) return build();
  const outer = noted;
  const calls: ObservedCall[] = [];
  noted = calls;
  try {
    const output = build();
    outer.push({
      module: callee.module,
      path: callee.path(),
      layer: callee.layer(),
      inputs: tensorsIn(callee.inputs()),
      outputs: tensorsIn(callee.outputs ? callee.outputs(output) : output),
      calls,
    });
    return output;
  } finally {
    noted = outer;
  }
}

/** The tensors of a value, wherever in arrays and plain objects they are. */
function tensorsIn(value: unknown): Tensor[] {
  if (value instanceof Tensor) return [value];
  if (typeof value !== 'object' || value === null) return [];
  const plain = Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
  return plain ? Object.values(value).flatMap(tensorsIn) : [];
}
