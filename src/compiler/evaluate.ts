/** Lazy evaluation: computes a tensor outside compile() when its data is asked for. */

import { defaultBackend } from '../backends/default-backend.js';
import type { TypedArray } from '../graph/dtype.js';
import { formatShape } from '../graph/shape.js';
import { installEvaluator, Tensor } from '../graph/tensor.js';
import { topologicalOrder } from '../graph/traced-graph.js';
import type { Variable } from '../graph/variable.js';
import { Program } from './program.js';

/** Programs of recently evaluated graphs: a loop that builds the same graph again compiles nothing. */
const capacity = 64;
const programs = new Map<string, Program>();
const variableIds = new WeakMap<Variable, number>();
let variableCount = 0;

/** Makes `tensor.data()` compute lazy tensors on the default backend. */
export function installLazyEvaluation(): void {
  installEvaluator(evaluate);
}

function evaluate(tensor: Tensor): TypedArray {
  const order = topologicalOrder([tensor]);
  const leaves = order.filter(({ source }) => source.kind === 'data');
  const key = structureOf(order);
  let program = programs.get(key);
  // Taken out and put back, so that the oldest in the map is the one not used for longest.
  programs.delete(key);
  program ??= build(tensor, order, leaves);
  programs.set(key, program);
  if (programs.size > capacity) {
    const [oldest, unused] = programs.entries().next().value!;
    programs.delete(oldest);
    unused.dispose();
  }
  return program.run(leaves.map((leaf) => leaf.data()))[0].data();
}

/** The program of `tensor`'s graph with its host data as inputs. */
function build(tensor: Tensor, order: readonly Tensor[], leaves: readonly Tensor[]): Program {
  const rebuilt = new Map<Tensor, Tensor>();
  const inputs = leaves.map((leaf) => {
    const input = new Tensor(leaf.shape, leaf.dtype, { kind: 'input' });
    rebuilt.set(leaf, input);
    return input;
  });
  for (const node of order) {
    const { shape, dtype, source } = node;
    if (source.kind !== 'apply') continue;
    const args = source.inputs.map((input) => rebuilt.get(input) ?? input);
    rebuilt.set(node, new Tensor(shape, dtype, { ...source, inputs: args }));
  }
  const output = rebuilt.get(tensor) ?? tensor;
  const graph = { inputs, outputs: [output], assignments: [] };
  // Many such programs are held, most of which never run again: what they kept would add up.
  return new Program(graph, defaultBackend(), { keeps: false });
}

/** A text that is equal for two graphs when one program computes both. */
function structureOf(order: readonly Tensor[]): string {
  const ids = new Map(order.map((tensor, id) => [tensor, id]));
  return order
    .map(({ shape, dtype, source }, id) => {
      const type = `${id}:${dtype}${formatShape(shape)}`;
      if (source.kind === 'apply') {
        const args = source.inputs.map((input) => ids.get(input));
        return `${type} ${source.primitive.name}(${args}) ${spell(source.attributes)}`;
      }
      if (source.kind === 'fill') return `${type} fill ${spell(source.value)}`;
      if (source.kind === 'variable') return `${type} variable ${idOf(order[id] as Variable)}`;
      return `${type} ${source.kind}`;
    })
    .join('\n');
}

function idOf(variable: Variable): number {
  const id = variableIds.get(variable) ?? variableCount++;
  variableIds.set(variable, id);
  return id;
}

/** JSON, with the numbers that JSON does not know. */
const spell = (value: unknown): string =>
  JSON.stringify(value, (_, part) =>
    typeof part === 'number' && (!Number.isFinite(part) || Object.is(part, -0))
      ? Object.is(part, -0)
        ? '-0'
        : String(part)
      : part,
  );
