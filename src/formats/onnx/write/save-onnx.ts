/** Exported models as bytes, and as files with their weights inside or beside them. */

import { ValueError } from '../../../graph/errors.js';
import { writeFileAtomically } from '../../atomic-file.js';
import {
  byteLengthOf,
  bytesOf,
  type ExternalData,
  encodeModel,
  lengthOf,
  type Piece,
  valueBytes,
} from './encode-model.js';
import { type Exportable, graphOf, type OnnxExportOptions } from './export-onnx.js';
import type { GraphToWrite, InitializerToWrite } from './graph.js';

/** No protobuf message may be larger than 2 GiB; this leaves room for all that is no weight. */
const mostInOneFile = 2e9;

const weightBytes = ({ initializers }: GraphToWrite): number =>
  initializers.reduce((total, tensor) => total + byteLengthOf(tensor), 0);

/**
 * The bytes of an ONNX model that computes what `model` does in evaluation mode.
 *
 * Layers become the operators that ONNX has for them (Conv with its bias, BatchNormalization, Gemm), whatever
 * else there is its primitives. Parameters are initialisers under their PyTorch names. A first extent that is
 * a name in `inputs` stays open.
 *
 * Throws ValueError when the model draws random numbers or changes a variable, when an open extent decides what is
 * computed, and for a model of 2 GB or more, which `saveOnnx` writes as two files.
 *
 *     const bytes = exportOnnx(createModel('resnet18'), { inputs: [['batch', 3, 224, 224]] });
 */
export function exportOnnx(model: Exportable, options: OnnxExportOptions): Uint8Array<ArrayBuffer> {
  const graph = graphOf(model, options);
  const weights = weightBytes(graph);
  if (weights > mostInOneFile) {
    throw new ValueError(
      `exportOnnx: the weights take ${weights} bytes, and one ONNX file holds ${mostInOneFile}; ` +
        `use saveOnnx(), which writes them into a file beside it`,
    );
  }
  const pieces = encodeModel(graph);
  const bytes = new Uint8Array(lengthOf(pieces));
  let offset = 0;
  for (const piece of pieces) {
    bytes.set(bytesOf(piece), offset);
    offset += piece.length;
  }
  return bytes;
}

export interface OnnxSaveOptions extends OnnxExportOptions {
  /** Write the weights into a file beside the model. Default: only when it would be 2 GB or more. */
  externalData?: boolean;
}

export interface SavedOnnx {
  /** The paths that were written, the model first, with their bytes. */
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
  readonly opset: number;
  /** How many there are of each operator. */
  readonly operators: Readonly<Record<string, number>>;
  /** Extents by name of input and output; a text is open. */
  readonly inputs: Readonly<Record<string, readonly (number | string)[]>>;
  readonly outputs: Readonly<Record<string, readonly (number | string)[]>>;
}

/**
 * Writes what `exportOnnx` gives to `path` (Node), tensor by tensor, so that a large network is never held twice.
 *
 * With `externalData` the weights go to `path` + '.data'. Throws as `exportOnnx` does, and WriteError when a file
 * cannot be written.
 *
 *     await saveOnnx('vgg16.onnx', createModel('vgg16'), { inputs: [['batch', 3, 224, 224]] });
 */
export async function saveOnnx(
  path: string,
  model: Exportable,
  { externalData, ...options }: OnnxSaveOptions,
): Promise<SavedOnnx> {
  const graph = graphOf(model, options);
  const written: [string, readonly Piece[]][] = [];
  if (externalData ?? weightBytes(graph) > mostInOneFile) {
    const { basename } = await import('node:path');
    const { pieces, external } = apart(graph, `${basename(path)}.data`);
    // First, so that there is never a model whose weights are missing.
    written.push([`${path}.data`, pieces], [path, encodeModel(graph, external)]);
  } else written.push([path, encodeModel(graph)]);
  for (const [file, pieces] of written) {
    await writeFileAtomically(file, { length: lengthOf(pieces), chunks: chunksOf(pieces) });
  }
  return {
    files: written.reverse().map(([file, pieces]) => ({ path: file, bytes: lengthOf(pieces) })),
    opset: graph.opset,
    operators: countOperators(graph),
    inputs: Object.fromEntries(graph.inputs.map(({ name, shape }) => [name, shape ?? []])),
    outputs: Object.fromEntries(graph.outputs.map(({ name, shape }) => [name, shape ?? []])),
  };
}

/** Tensors below this many bytes stay in the model: most are shapes, which readers want to know at once. */
const worthMoving = 1024;
/** Where tensors start, so that a reader can map the file into memory. */
const alignment = 4096;

function apart(
  { initializers }: GraphToWrite,
  location: string,
): { pieces: Piece[]; external: ExternalData } {
  const offsets = new Map<InitializerToWrite, number>();
  const pieces: Piece[] = [];
  let end = 0;
  for (const tensor of initializers) {
    const length = byteLengthOf(tensor);
    if (length < worthMoving) continue;
    const start = Math.ceil(end / alignment) * alignment;
    pieces.push(new Uint8Array(start - end), { length, make: () => valueBytes(tensor) });
    offsets.set(tensor, start);
    end = start + length;
  }
  return { pieces, external: { location, offsets } };
}

function countOperators({ nodes }: GraphToWrite): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { operator } of nodes) counts[operator] = (counts[operator] ?? 0) + 1;
  return counts;
}

function* chunksOf(pieces: readonly Piece[]): Iterable<Uint8Array> {
  for (const piece of pieces) yield bytesOf(piece);
}
