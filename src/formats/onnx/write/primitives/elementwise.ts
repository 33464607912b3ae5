/** Elementwise primitives that ONNX has otherwise: division to whole numbers, choices, comparisons of bytes. */

import type { DType } from '../../../../graph/dtype.js';
import type { Tensor } from '../../../../graph/tensor.js';
import type { PrimitiveName } from '../../../../graph/vocabulary.js';
import type { GraphBuilder, ValueRef } from '../graph-builder.js';
import { numberOf, type Step } from '../match.js';
import { type Applied, broadcastOperands } from './applied.js';

/** As `elementwise`, for what some runtimes have for numbers and bool only. */
export const comparison =
  (name: string) =>
  ({ tensor, inputs }: Applied<PrimitiveName>): Step => {
    const operands = broadcastOperands(tensor, inputs);
    const isByte = operands[0].dtype === 'uint8';
    return {
      inputs: operands,
      emit: (graph, refs) =>
        graph.node(name, isByte ? refs.map((ref) => graph.cast(ref, 'int32')) : refs),
    };
  };

/** The greatest whole number not above a / b; of integers, ONNX's division cuts towards zero. */
export function floorDivide({ tensor, inputs }: Applied<'floorDivide'>): Step {
  return {
    inputs: broadcastOperands(tensor, inputs),
    emit: (graph, [a, b]) => {
      if (tensor.dtype !== 'int32') return graph.node('Floor', [graph.node('Div', [a, b])]);
      return withDivisor(graph, { b, isKnown: isDivisor(inputs[1]) }, (divisor) => {
        const whole = graph.node('Sub', [a, graph.node('Mod', [a, divisor])]);
        return graph.node('Div', [whole, divisor]);
      });
    },
  };
}

/** a less the greatest multiple of b that is not above it. */
export function remainder({ tensor, inputs }: Applied<'remainder'>): Step {
  return {
    inputs: broadcastOperands(tensor, inputs),
    emit: (graph, [a, b]) => {
      if (tensor.dtype === 'int32') {
        return withDivisor(graph, { b, isKnown: isDivisor(inputs[1]) }, (divisor) =>
          graph.node('Mod', [a, divisor]),
        );
      }
      const whole = graph.node('Floor', [graph.node('Div', [a, b])]);
      return graph.node('Sub', [a, graph.node('Mul', [whole, b])]);
    },
  };
}

const isDivisor = (b: Tensor): boolean => (numberOf(b) ?? 0) !== 0;

/** Division of integers by 0 is 0 here and undefined in ONNX, so that it gets another divisor there. */
function withDivisor(
  graph: GraphBuilder,
  { b, isKnown }: { b: ValueRef; isKnown: boolean },
  divided: (divisor: ValueRef) => ValueRef,
): ValueRef {
  if (isKnown) return divided(b);
  const zero = graph.scalar(0, 'int32');
  const isZero = graph.node('Equal', [b, zero]);
  const divisor = graph.node('Where', [isZero, graph.scalar(1, 'int32'), b]);
  return graph.node('Where', [isZero, zero, divided(divisor)]);
}

/** A choice; between bools, which some runtimes have no choice of, in logic. */
export const where = ({ tensor, inputs }: Applied<'where'>): Step => ({
  inputs: broadcastOperands(tensor, inputs),
  emit: (graph, [condition, a, b]) => choice(graph, { condition, a, b, dtype: tensor.dtype }),
});

interface Choice {
  readonly condition: ValueRef;
  readonly a: ValueRef;
  readonly b: ValueRef;
  readonly dtype: DType;
}

export function choice(graph: GraphBuilder, { condition, a, b, dtype }: Choice): ValueRef {
  if (dtype !== 'bool') return graph.node('Where', [condition, a, b]);
  const first = graph.node('And', [condition, a]);
  const second = graph.node('And', [graph.node('Not', [condition]), b]);
  return graph.node('Or', [first, second]);
}
