/** `fovea export`: writes a network as an ONNX file. */

import { basename } from 'node:path';
import { type Exportable, type OnnxInput, type OpenShape, saveOnnx } from '../formats/index.js';
import type { Tensor } from '../graph/tensor.js';
import { createModel, modelNames } from '../models/index.js';
import { usualInput } from '../models/usual-input.js';
import type { AnyModule } from '../nn/index.js';
import { type OpenedNetwork, openNetwork } from './open-network.js';
import { print, type Terminal } from './terminal.js';
import { UsageError } from './usage.js';

export interface ExportOptions {
  readonly weights?: string;
  readonly out?: string;
  readonly classes?: number;
  readonly size?: number;
  readonly batch?: number;
  readonly opset?: number;
  readonly externalData?: boolean;
  readonly json?: boolean;
}

/** What is exported, and how it is called. */
interface Subject {
  readonly model: Exportable;
  readonly inputs: readonly (OpenShape | OnnxInput)[];
  readonly outputs?: readonly string[];
  readonly parametersOf?: AnyModule;
  readonly metadata?: Readonly<Record<string, string>>;
  /** Where it goes when nobody says; null for a file that is there already. */
  readonly out: string | null;
  readonly isRandom: boolean;
}

/** Runs the command and returns the exit code; throws what goes wrong. */
export async function exportCommand(
  name: string,
  options: ExportOptions,
  { stdout, stderr }: Terminal,
): Promise<number> {
  const { opset, externalData, json } = options;
  const subject = await subjectOf(name, options);
  const { model, isRandom, out, ...rest } = subject;
  const path = options.out ?? out;
  if (path === null) throw new UsageError(`${name} is there already; name another: --out FILE`);
  const saved = await saveOnnx(path, model, { ...rest, opset, externalData });
  if (isRandom) {
    print(stderr, `${name} has random weights; --weights FILE takes those it was trained to`);
  }
  if (json) {
    print(stdout, JSON.stringify({ network: name, random: isRandom, ...saved }));
    return 0;
  }
  for (const file of saved.files) print(stdout, `${file.path}  ${inMegabytes(file.bytes)}`);
  for (const kind of ['inputs', 'outputs'] as const) {
    for (const [key, shape] of Object.entries(saved[kind])) {
      print(stdout, `${kind.slice(0, -1).padEnd(8)}${key}  [${shape.join(', ')}]`);
    }
  }
  const counts = Object.entries(saved.operators).sort(([, a], [, b]) => b - a);
  const operators = counts.map(([operator, count]) => `${count} ${operator}`).join(', ');
  print(stdout, `operator set ${saved.opset}: ${operators}`);
  return 0;
}

const inMegabytes = (bytes: number): string =>
  bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

async function subjectOf(name: string, options: ExportOptions): Promise<Subject> {
  const { weights, classes: numClasses } = options;
  if (modelNames().includes(name) && weights === undefined) {
    const model = createModel(name, { numClasses });
    const inputs = [pictures(usualInput(name), options)];
    return { model, inputs, out: `${name}.onnx`, isRandom: true };
  }
  if (numClasses !== undefined) {
    throw new UsageError(
      `--classes goes with a model of random weights; ${weights ?? name} has its own classes`,
    );
  }
  return ofOpened(name, await openNetwork(name, { weights }), options);
}

/** A picture of the network's shape or of the size that is asked for, and any number of them. */
const pictures = (
  [channels, height, width]: readonly [number, number, number],
  { batch = 'batch', size }: { batch?: number | string; size?: number },
): OpenShape => [batch, channels, size ?? height, size ?? width];

function ofOpened(name: string, opened: OpenedNetwork, options: ExportOptions): Subject {
  const { title, model, onnx, pictures: input } = opened;
  if (onnx) {
    const inputs = opened.inputs.map((one) => ({ ...one, shape: shapeOf(one, options) }));
    const call = (...tensors: Tensor[]) =>
      onnx.call(Object.fromEntries(inputs.map((one, i) => [one.name, tensors[i]])));
    const outputs = onnx.outputNames;
    return { model: call, inputs, outputs, parametersOf: onnx, out: null, isRandom: false };
  }
  const { shape, preprocessing, classes } = input!;
  const metadata = {
    preprocessing: JSON.stringify(preprocessing),
    ...(classes && { classes: JSON.stringify(classes) }),
  };
  const out = `${modelNames().includes(name) ? title : basename(name)}.onnx`;
  return { model, inputs: [pictures(shape, options)], metadata, out, isRandom: false };
}

/** The shape of an input of an ONNX file, where what is open is the batch or the size of pictures. */
function shapeOf(
  { name, shape }: OpenedNetwork['inputs'][number],
  { batch = 'batch', size }: { batch?: number | string; size?: number },
): OpenShape {
  const extents = shape?.map((extent, dim) => {
    const isOpen = typeof extent === 'string' || extent <= 0;
    if (isOpen && dim === 0) return batch;
    return isOpen && shape.length === 4 && dim > 1
      ? (size ?? Number.NaN)
      : isOpen
        ? Number.NaN
        : extent;
  });
  if (extents?.every((extent) => !Number.isNaN(extent))) return extents;
  throw new UsageError(
    `the file leaves the shape of its input "${name}" open` +
      `${shape ? ` ([${shape.join(', ')}])` : ''}; give rows and columns of pictures: --size N`,
  );
}
