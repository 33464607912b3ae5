/** Reads ONNX's ModelProto: the graph, the versions of its operators, the functions that it defines. */

import { FormatError } from '../format-error.js';
import { inlineFunctions } from './inline-functions.js';
import type { OnnxFile } from './model-parts.js';
import { bytes, readMessage, text } from './protobuf.js';
import { readFunction } from './read-function.js';
import { readGraph } from './read-graph.js';
import { readOpset } from './read-opset.js';
import type { TensorContext } from './read-tensor.js';

export type { OnnxFile, OnnxNode, ValueInfo } from './model-parts.js';

/**
 * The model in the bytes of an ONNX file; `fileName` is only for messages.
 *
 * @throws {FormatError} when the bytes are damaged, no model, or hold tensors of other types.
 * @example
 * const { nodes } = readOnnx(await readFile('model.onnx'), 'model.onnx');
 */
export function readOnnx(file: Uint8Array, fileName: string): OnnxFile {
  return readModel(file, { fileName });
}

/** As `readOnnx`; tensors whose values are elsewhere may be read later. */
export function readModel(file: Uint8Array, context: TensorContext): OnnxFile {
  const { fileName } = context;
  let graph: Uint8Array | null = null;
  let producer = '';
  const opsets = new Map<string, number>();
  const functions: Uint8Array[] = [];
  const place = { fileName, what: 'the model' };
  readMessage(
    file,
    {
      2: text((value) => {
        producer = value;
      }),
      7: bytes((value) => {
        graph = value;
      }),
      8: bytes((value) => {
        const { domain, version } = readOpset(value, place);
        opsets.set(domain, version);
      }),
      25: bytes((value) => functions.push(value)),
    },
    place,
  );
  if (graph === null || opsets.size === 0) {
    throw new FormatError(fileName, {
      happened: graph === null ? 'the file has no graph' : 'the file names no operator set',
      expected: 'an ONNX model with a graph and the version of its operators',
      mend: 'it is cut off or no ONNX model; download or export it again',
    });
  }
  const read = readGraph(graph, { ...context, opsets, depth: 0 });
  const defined = functions.map((message) =>
    readFunction(message, { ...context, opsets, depth: 0 }),
  );
  return { fileName, producer, opsets, ...inlineFunctions(read, defined, fileName) };
}
