/** `fovea summary`: what each layer of a network gives, holds, computes and sees, and the memory it takes. */

import { ShapeError } from '../graph/errors.js';
import type { Tensor } from '../graph/tensor.js';
import {
  forwardMemory,
  type LayerSummary,
  summarize,
  textbookMemory,
  trainingMemory,
} from '../inspect/index.js';
import { createModel, modelNames } from '../models/index.js';
import { usualInput } from '../models/usual-input.js';
import { type AnyModule, crossEntropy, trainableParameters } from '../nn/index.js';
import { flatten, mean, zeros } from '../ops/index.js';
import { classifierLoss } from '../train/index.js';
import { inputShapes } from './input-shapes.js';
import { openNetwork } from './open-network.js';
import { drawMemory, drawSummary, type MemoryAccounts } from './summary-table.js';
import { print, type Terminal } from './terminal.js';
import { UsageError } from './usage.js';

export interface SummaryCommandOptions {
  /** The extents of one picture, without the batch. */
  readonly input?: readonly number[];
  readonly batch: number;
  readonly classes?: number;
  readonly auxiliary?: boolean;
  readonly fold?: boolean;
  /** False: plan no memory. */
  readonly memory: boolean;
  readonly json?: boolean;
}

/** A network as it is summarised: with random weights, or those of a file, which nobody reads here. */
interface Subject {
  readonly title: string;
  readonly model: AnyModule;
  /** Of the inputs, the batch among them. */
  readonly shapes: readonly (readonly number[])[];
  readonly call: (...inputs: Tensor[]) => unknown;
  readonly loss: (...inputs: Tensor[]) => Tensor;
}

/** Runs the command and returns the exit code; throws what goes wrong. */
export async function summaryCommand(
  name: string,
  options: SummaryCommandOptions,
  { stdout }: Terminal,
): Promise<number> {
  const subject = modelNames().includes(name)
    ? ofModel(name, options)
    : await opened(name, options);
  const { title, model, shapes, call } = subject;
  const summary = summarize(model, shapes, { call });
  if (!options.json) {
    print(stdout, `${title}, input ${shapes.map((shape) => shape.join('x')).join(' and ')}\n`);
    for (const line of drawSummary(summary, { fold: options.fold ?? false })) print(stdout, line);
  }
  const memory = options.memory ? memoryOf(subject, textbookMemory(summary.totals)) : null;
  if (options.json) {
    const layers = summary.layers.map(forReading);
    print(stdout, JSON.stringify({ model: title, inputs: shapes, ...summary, layers, memory }));
  } else if (memory) {
    print(stdout, '');
    for (const line of drawMemory(memory)) print(stdout, line);
  }
  return 0;
}

function memoryOf(
  { model, shapes, call, loss }: Subject,
  textbook: MemoryAccounts['textbook'],
): MemoryAccounts {
  const forward = forwardMemory(model, shapes, call);
  if (trainableParameters(model).length === 0) {
    return { textbook, planned: { forward, training: 'there are no parameters to train' } };
  }
  try {
    return { textbook, planned: { forward, training: trainingMemory(model, shapes, { loss }) } };
  } catch (error) {
    // Such as batch normalisation of one value, which a larger batch mends.
    if (!(error instanceof ShapeError)) throw error;
    return { textbook, planned: { forward, training: error.message } };
  }
}

function ofModel(
  name: string,
  { input, batch, classes: numClasses, auxiliary }: SummaryCommandOptions,
): Subject {
  const hasHeads = /^googlenet|^inception/.test(name);
  if (auxiliary !== undefined && !hasHeads) {
    throw new UsageError(`${name} has no auxiliary heads; GoogLeNet and Inception v3 have`);
  }
  const heads = hasHeads ? { auxiliary: auxiliary ?? !name.startsWith('googlenet') } : {};
  const model = createModel(name, { numClasses, ...heads });
  const labels = zeros([batch], 'int32');
  return {
    title: name,
    model,
    shapes: [[batch, ...(input ?? usualInput(name))]],
    call: (images) => model.call(images),
    loss: (images) => classifierLoss(model, { images, labels }).loss,
  };
}

/** The network of a run's folder or an ONNX file. */
async function opened(
  name: string,
  { input, batch, classes, auxiliary }: SummaryCommandOptions,
): Promise<Subject> {
  if (classes !== undefined || auxiliary !== undefined) {
    const option = classes === undefined ? 'auxiliary' : 'classes';
    throw new UsageError(`--${option} goes with the name of a model; ${name} is as it is`);
  }
  const { title, model, onnx, inputs, pictures } = await openNetwork(name);
  const labels = zeros([batch], 'int32');
  if (!onnx) {
    return {
      title,
      model,
      shapes: [[batch, ...(input ?? pictures!.shape)]],
      call: (images) => model.call(images),
      loss: (images) => classifierLoss(model, { images, labels }).loss,
    };
  }
  const call = (...tensors: Tensor[]): Record<string, Tensor> =>
    onnx.call(Object.fromEntries(inputs.map((each, i) => [each.name, tensors[i]])));
  return {
    title,
    model: onnx,
    shapes: inputShapes(inputs, { batch, given: input }),
    call,
    loss: (...tensors) => {
      const answer = call(...tensors)[onnx.outputNames[0]];
      const isClassifier = answer.rank > 1 && answer.shape[0] === batch;
      return isClassifier ? crossEntropy(flatten(answer, { startDim: 1 }), labels) : mean(answer);
    },
  };
}

/** A layer without what only programs understand, with the names that the table has. */
function forReading({ receptiveField, ...layer }: LayerSummary): object {
  if (!receptiveField) return { ...layer, receptiveField: null };
  const [rows, columns] = receptiveField;
  return { ...layer, receptiveField: { rows, columns } };
}
