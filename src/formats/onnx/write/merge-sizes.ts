/** One graph for any batch, from the graphs of two: what differs between them must be what a reader can work out. */

import { ValueError } from '../../../graph/errors.js';
import { sameShape } from '../../../graph/shape.js';
import { Variable } from '../../../graph/variable.js';
import type { ValueInfo } from '../model-parts.js';
import type { HostArray } from '../tensor-data.js';
import type { GraphToWrite, InitializerToWrite } from './graph.js';

export interface OpenExtent {
  readonly name: string;
  /** The extents that the two graphs were traced for. */
  readonly sizes: readonly [number, number];
}

/**
 * `first` with the open extent wherever the two differ.
 *
 * Throws ValueError, naming the layer, where a network computes something else for another extent.
 */
export function mergeSizes(
  first: GraphToWrite,
  second: GraphToWrite,
  open: OpenExtent,
): GraphToWrite {
  const outline = ({ nodes }: GraphToWrite) =>
    nodes.map(({ attributes, ...node }) =>
      JSON.stringify({ ...node, attributes: [...attributes] }),
    );
  const [one, other] = [outline(first), outline(second)];
  const differing = one.findIndex((node, i) => node !== other[i]);
  if (differing >= 0 || one.length !== other.length) {
    const node = first.nodes[Math.max(differing, 0)] ?? second.nodes[one.length];
    throw fixed(`node '${node.name}' (${node.operator})`, open);
  }
  const counterparts = new Map(second.initializers.map((tensor) => [tensor.name, tensor]));
  const initializers = first.initializers.map((tensor) => {
    const merged = mergeTensors(tensor, counterparts.get(tensor.name));
    if (merged) return merged;
    const node = first.nodes.find(({ inputs }) => inputs.includes(tensor.name));
    throw fixed(`node '${node?.name}' (${node?.operator}), by '${tensor.name}',`, open);
  });
  const infos = (a: readonly ValueInfo[], b: readonly ValueInfo[]) =>
    a.map((info, i) => mergeInfos(info, b[i], open));
  return {
    ...first,
    initializers,
    inputs: infos(first.inputs, second.inputs),
    outputs: infos(first.outputs, second.outputs),
    values: infos(first.values, second.values),
  };
}

const fixed = (what: string, { name }: OpenExtent): ValueError =>
  new ValueError(
    `${what} depends on the extent '${name}' in a way that its operator cannot follow; ` +
      `export the model for one extent, with a number in place of '${name}'`,
  );

function mergeTensors(
  a: InitializerToWrite,
  b: InitializerToWrite | undefined,
): InitializerToWrite | null {
  if (!b || a.type !== b.type || !sameShape(a.shape, b.shape)) return null;
  if (a.values instanceof Variable || b.values instanceof Variable) {
    return a.values === b.values ? a : null;
  }
  const differing = placesOfDifference(a.values, b.values);
  if (differing.length === 0) return a;
  if (!a.isShape || differing.length > 1) return null;
  // -1 is what is left when the other extents are taken.
  const values = BigInt64Array.from([...a.values].map(BigInt));
  values[differing[0]] = -1n;
  return { ...a, values };
}

function placesOfDifference(a: HostArray, b: HostArray): number[] {
  const places: number[] = [];
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) places.push(i);
  return places;
}

function mergeInfos(a: ValueInfo, b: ValueInfo, { name, sizes }: OpenExtent): ValueInfo {
  const [left, right] = [a.shape, b.shape];
  if (!left || !right || left.length !== right.length) {
    throw new Error(`internal: '${a.name}' has another rank for another extent`);
  }
  const shape = left.map((extent, dim) => {
    if (extent === right[dim]) return extent;
    return extent === sizes[0] && right[dim] === sizes[1] ? name : '';
  });
  return { ...a, shape };
}
