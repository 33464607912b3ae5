/** Writes the tensors of a traced graph as nodes: by the largest pattern that fits, else primitive by primitive. */

import type { Application, Tensor } from '../../../graph/tensor.js';
import { withScope } from '../../../graph/trace.js';
import type { PrimitiveAttributes, PrimitiveName } from '../../../graph/vocabulary.js';
import type { Constants } from './constants.js';
import type { GraphBuilder, ValueRef } from './graph-builder.js';
import { type PatternOptions, plain, type Step } from './match.js';
import { patterns } from './patterns/index.js';
import { writers } from './primitives/index.js';

export class Lowering {
  readonly #graph: GraphBuilder;
  readonly #constants: Constants;
  readonly #written = new Map<Tensor, ValueRef>();

  constructor(graph: GraphBuilder, constants: Constants) {
    this.#graph = graph;
    this.#constants = constants;
  }

  /** Notes that `tensor` is there already, as an input of the model. */
  give(tensor: Tensor, ref: ValueRef): void {
    this.#written.set(tensor, ref);
  }

  /** Writes all that leads to `root`, and that itself. */
  write(root: Tensor): ValueRef {
    // An explicit stack: graphs of deep networks would overflow the call stack.
    const stack: { tensor: Tensor; step: Step | null; scope: string }[] = [];
    const push = (tensor: Tensor, outer: string) => {
      const inner = plain(tensor);
      if (this.#written.has(inner)) return;
      const { source } = inner;
      const scope = (source.kind === 'apply' && source.scope) || outer;
      stack.push({ tensor: inner, step: this.#stepFor(inner, scope), scope });
    };
    push(root, '');
    while (stack.length > 0) {
      const { tensor, step, scope } = stack[stack.length - 1];
      const missing = step?.inputs.find((input) => !this.#written.has(plain(input)));
      if (missing) {
        push(missing, scope);
        continue;
      }
      stack.pop();
      if (this.#written.has(tensor)) continue;
      this.#graph.scope = scope;
      this.#written.set(tensor, this.#emit(tensor, step));
    }
    return this.#written.get(plain(root))!;
  }

  #emit(tensor: Tensor, step: Step | null): ValueRef {
    if (!step) return this.#constants.write(tensor);
    const inputs = step.inputs.map((input) => this.#written.get(plain(input))!);
    const ref = step.emit(this.#graph, inputs);
    this.#graph.describe(ref, tensor);
    return ref;
  }

  /** How `tensor` is written; null for what is an initialiser. */
  #stepFor(tensor: Tensor, scope: string): Step | null {
    const { source } = tensor;
    if (source.kind !== 'apply' || this.#constants.holds(tensor)) return null;
    const options = { opset: this.#graph.opset };
    try {
      // Views that a pattern makes belong to the layer as well.
      return withScope(scope, () => {
        const found = patterns[source.primitive.name];
        for (const pattern of found ?? []) {
          const step = pattern(tensor, options);
          if (step) return step;
        }
        return byPrimitive(tensor, source, options);
      });
    } catch (error) {
      if (error instanceof Error && scope !== '') error.message = `${scope}: ${error.message}`;
      throw error;
    }
  }
}

function byPrimitive(tensor: Tensor, source: Application, options: PatternOptions): Step {
  const write = writers[source.primitive.name] as (applied: {
    readonly tensor: Tensor;
    readonly inputs: readonly Tensor[];
    readonly attributes: PrimitiveAttributes[PrimitiveName];
    readonly options: PatternOptions;
  }) => Step;
  const { inputs, attributes } = source;
  return write({ tensor, inputs, attributes, options });
}
