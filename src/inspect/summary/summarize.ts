/** Summary: what each layer of a network gives, holds, computes and sees, and the totals. */

import { bytesPerElement } from '../../graph/dtype.js';
import type { Tensor } from '../../graph/tensor.js';
import { type AnyModule, isFrozen, Module } from '../../nn/index.js';
import type { LayerFacts } from '../layer-facts.js';
import { type LayerNode, layerGraph } from '../layer-graph.js';
import { inEvaluation } from './evaluation.js';
import { type ReceptiveField, receptiveFields } from './receptive-field.js';
import { storedValues } from './stored-values.js';

/** One layer, or one function between layers, for the whole batch. */
export interface LayerSummary extends LayerFacts {
  /** Such as `features.3`; that of the module around it for a function. */
  readonly path: string;
  /** Such as `Conv2d 64 -> 128`; empty for functions. */
  readonly layer: string;
  /** Of the output, the batch among it. */
  readonly shape: readonly number[];
  /** Values that it writes into memory of its own; none where they may take the place of its inputs. */
  readonly activations: number;
  /** Elements of parameters that no earlier layer has. */
  readonly parameters: number;
  /** Those of them in filters and matrices: the others are biases and scales. */
  readonly weights: number;
  /** What an element of the output depends on; null where there is no picture or the layer does not see it. */
  readonly receptiveField: ReceptiveField | null;
}

export interface SummaryTotals {
  /** Of all parameters of the network, those of parts that do not run among them. */
  readonly parameters: number;
  /** Those that a training step changes: all that are not frozen. */
  readonly trainableParameters: number;
  /** Those of the layers that ran: auxiliary heads do not, outside training. */
  readonly usedParameters: number;
  /** Elements of state that is not trained, such as running statistics. */
  readonly buffers: number;
  /** Values of the inputs and of all layers. */
  readonly activations: number;
  readonly activationBytes: number;
  readonly multiplyAdds: number;
}

export interface Summary {
  /** In the order in which they run, the inputs first. */
  readonly layers: readonly LayerSummary[];
  readonly totals: SummaryTotals;
}

export interface SummaryOptions {
  /** How to call the network with tensors of these shapes, where it is not simply `model.call(x)`. */
  readonly call?: (...inputs: Tensor[]) => unknown;
}

/**
 * Accounts of `model` outside training for inputs of these shapes, the batch among them. Nothing is computed,
 * and no weights are made.
 *
 * Multiply-adds are those of convolutions and matrix products. An element-by-element layer is taken to write
 * over its input, a concatenation to be written by its parts. The receptive field is in pixels of the first
 * input, and exact but for bins of uneven adaptive pooling, which count as the whole picture. Throws ShapeError
 * where the shape does not fit the model.
 *
 *     const { layers, totals } = summarize(resnet50(), [[1, 3, 224, 224]]);
 *     totals.multiplyAdds; // 4,089,184,256
 */
export function summarize(
  model: AnyModule,
  shapes: readonly (readonly number[])[],
  { call = calling(model) }: SummaryOptions = {},
): Summary {
  const { nodes } = inEvaluation(model, () => layerGraph(shapes, call));
  const fields = fieldsOf(nodes);
  const layers = nodes.map((node): LayerSummary => {
    const { id: _, inputs: __, tensors, variables, ...facts } = node;
    const filters = variables.filter(({ rank }) => rank > 1);
    return {
      ...facts,
      activations: storedValues(node),
      weights: elementsOf(filters),
      receptiveField: fields.get(outputOf(tensors)) ?? null,
    };
  });
  const total = (key: 'activations' | 'parameters' | 'multiplyAdds'): number =>
    layers.reduce((sum, layer) => sum + layer[key], 0);
  const parameters = model.parameters();
  return {
    layers,
    totals: {
      parameters: elementsOf(parameters),
      trainableParameters: elementsOf(parameters.filter((parameter) => !isFrozen(parameter))),
      usedParameters: total('parameters'),
      buffers: elementsOf(model.buffers()),
      activations: total('activations'),
      activationBytes: total('activations') * bytesPerElement.float32,
      multiplyAdds: total('multiplyAdds'),
    },
  };
}

export interface TextbookMemory {
  /** Bytes of the activations of a forward pass, all of them kept. */
  readonly forward: number;
  /** With a gradient for each of them. */
  readonly training: number;
}

/** The memory of activations as textbooks estimate it (Stanford's CS231n): nothing shared, twice for training. */
export const textbookMemory = ({ activationBytes }: SummaryTotals): TextbookMemory => ({
  forward: activationBytes,
  training: 2 * activationBytes,
});

/** The call of a module from tensors. */
export const calling =
  (model: AnyModule) =>
  (...inputs: Tensor[]): unknown =>
    Module.prototype.call.apply(model as unknown as Module<Tensor[], unknown>, inputs);

const outputOf = (tensors: readonly Tensor[]): Tensor => tensors[tensors.length - 1];

const elementsOf = (tensors: readonly Tensor[]): number =>
  tensors.reduce((sum, { size }) => sum + size, 0);

/** What the outputs of layers see of the first input, if that can be a picture. */
function fieldsOf(nodes: readonly LayerNode[]): Map<Tensor, ReceptiveField> {
  const picture = nodes[0].tensors[0];
  if (picture.rank < 3) return new Map();
  return receptiveFields(
    picture,
    nodes.map(({ tensors }) => outputOf(tensors)),
  );
}
