/** Elements by index, where an index that is outside has a meaning here and none in ONNX. */

import { ValueError } from '../../../../graph/errors.js';
import type { ScatterOperation } from '../../../../graph/vocabulary.js';
import { int, text } from '../graph-builder.js';
import type { Step } from '../match.js';
import type { Applied } from './applied.js';
import { choice } from './elementwise.js';

/** An index outside gives 0 here and an error in ONNX, so that it is led to a place that is there. */
export function gather({ inputs }: Applied<'gather'>): Step {
  const [x, index] = inputs;
  const size = x.shape[1];
  return {
    inputs: [x, index],
    emit: (graph, [data, places]) => {
      const [first, last] = [graph.scalar(0, 'int32'), graph.scalar(size - 1, 'int32')];
      const inside = graph.node('Clip', [places, first, last]);
      const found = graph.node('GatherElements', [data, inside], { axis: int(1) });
      const condition = graph.node('Equal', [inside, places]);
      const nothing = graph.scalar(0, x.dtype);
      return choice(graph, { condition, a: found, b: nothing, dtype: x.dtype });
    },
  };
}

/** What changes nothing, by how values are joined. */
const neutral: Readonly<Record<ScatterOperation, { float: number; int: number }>> = {
  add: { float: 0, int: 0 },
  mul: { float: 1, int: 1 },
  max: { float: Number.NEGATIVE_INFINITY, int: -(2 ** 31) },
  min: { float: Number.POSITIVE_INFINITY, int: 2 ** 31 - 1 },
};

/** Indices outside are left out: they go to a column more, which is cut off again. */
export function scatter({ inputs, attributes, options }: Applied<'scatter'>): Step {
  const [x, index] = inputs;
  const { size, operation } = attributes;
  const least = operation === 'add' || operation === 'mul' ? 16 : 18;
  if (options.opset < least) {
    throw new ValueError(
      `it scatters values that are joined by ${operation}, which ONNX has from operator set ${least} on; ` +
        `pass { opset: ${Math.max(least, 18)} }`,
    );
  }
  const nothing = neutral[operation][x.dtype === 'int32' ? 'int' : 'float'];
  return {
    inputs: [x, index],
    emit: (graph, [data, places]) => {
      const start = graph.node('Expand', [
        graph.scalar(nothing, x.dtype),
        graph.expansion([x.shape[0], size + 1]),
      ]);
      const [first, last] = [graph.scalar(0, 'int32'), graph.scalar(size - 1, 'int32')];
      const isInside = graph.node('Equal', [graph.node('Clip', [places, first, last]), places]);
      const target = graph.node('Where', [isInside, places, graph.scalar(size, 'int32')]);
      const joined = graph.node('ScatterElements', [start, target, data], {
        axis: int(1),
        reduction: text(operation),
      });
      const ends = [graph.ints([0]), graph.ints([size]), graph.ints([1])];
      return graph.node('Slice', [joined, ...ends]);
    },
  };
}
