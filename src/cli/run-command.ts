/** `fovea run`: gives arrays from .npy files to a network and writes what it answers into others. */

import { ready } from '../backends/default-backend.js';
import { compile } from '../compiler/index.js';
import { openFile, readNpy, writeNpy } from '../formats/index.js';
import { formatShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { tensor } from '../ops/index.js';
import { nearestName } from '../text/nearest-name.js';
import { type NetworkInput, type OpenedNetwork, openNetwork } from './open-network.js';
import { print, type Terminal } from './terminal.js';
import { useThreads } from './threads.js';
import { UsageError } from './usage.js';

export interface RunOptions {
  readonly weights?: string;
  /** `file.npy`, or `name=file.npy` for each of several inputs. */
  readonly input: readonly string[];
  /** The same for outputs. */
  readonly output: readonly string[];
  readonly threads?: number;
  readonly json?: boolean;
}

/** Runs the command and returns the exit code; throws what goes wrong. */
export async function runCommand(
  name: string,
  options: RunOptions,
  { stdout }: Terminal,
): Promise<number> {
  if (options.threads !== undefined) useThreads(options.threads);
  const network = await openNetwork(name, options);
  const inputNames = network.inputs.map((input) => input.name);
  const files = named(options.input, inputNames, '--input');
  const outputNames = network.onnx?.outputNames ?? ['output'];
  const targets = named(options.output, outputNames, '--output');
  const missing = inputNames.filter((input) => !files.has(input));
  if (missing.length > 0) {
    throw new UsageError(
      `${name} needs ${missing.map((input) => `--input ${input}=FILE.npy`).join(' and ')} as well`,
    );
  }
  const given = new Map<string, Tensor>();
  for (const input of network.inputs) {
    given.set(input.name, await readInput(files.get(input.name)!, input));
  }
  await ready();
  const outputs = compute(network, given);
  for (const [output, file] of targets) {
    const { dtype, shape } = outputs[output];
    await writeNpy(file, { dtype, shape, data: outputs[output].data() });
  }
  const listed = (places: ReadonlyMap<string, string>, tensors: (name: string) => Tensor) =>
    [...places].map(([one, file]) => {
      const { dtype, shape } = tensors(one);
      return { name: one, file, dtype, shape: [...shape] };
    });
  const taken = listed(files, (one) => given.get(one)!);
  const written = listed(targets, (one) => outputs[one]);
  if (options.json) {
    const answer = { network: network.title, inputs: taken, outputs: written };
    print(stdout, JSON.stringify(answer));
    return 0;
  }
  for (const { name: output, file, dtype, shape } of written) {
    print(stdout, `${file}: ${output}, ${dtype} ${formatShape(shape)}`);
  }
  const others = outputNames.filter((output) => !targets.has(output));
  if (others.length > 0) print(stdout, `not written: ${others.join(', ')}`);
  return 0;
}

/** Files by the name of what they are for: `name=file`, or `file` alone for the first name that is left. */
function named(
  options: readonly string[],
  names: readonly string[],
  option: string,
): Map<string, string> {
  const files = new Map<string, string>();
  const unnamed: string[] = [];
  for (const text of options) {
    // A file may have an equals sign in its name, or a folder of it: then it is a name that is known.
    const known = names.find((name) => text.startsWith(`${name}=`));
    const equals = text.indexOf('=');
    if (known !== undefined) files.set(known, text.slice(known.length + 1));
    else if (equals < 0 || /[\\/]/.test(text.slice(0, equals))) unnamed.push(text);
    else {
      const wrong = text.slice(0, equals);
      const near = nearestName(wrong, names);
      throw new UsageError(
        `${option} ${text}: there is no ${option.slice(2)} "${wrong}"; ` +
          (near ? `did you mean "${near}"?` : `there are ${names.join(', ')}`),
      );
    }
  }
  if (unnamed.length > 1) {
    throw new UsageError(
      `${option} is given ${unnamed.length} files without a name; write ` +
        `${option} ${names[0]}=${unnamed[0]} and so on`,
    );
  }
  const first = names.find((name) => !files.has(name));
  for (const file of unnamed) {
    if (first === undefined) throw new UsageError(`${option} ${file}: all have a file already`);
    files.set(first, file);
  }
  return files;
}

async function readInput(file: string, { name, shape, dtype }: NetworkInput): Promise<Tensor> {
  const source = await openFile(file);
  try {
    const array = await readNpy(source);
    if (shape && !fits(array.shape, shape)) {
      throw new UsageError(
        `${file} is ${formatShape(array.shape)}; ${name} takes ` +
          `[${shape.map((extent) => extent || '?').join(', ')}]${remedy(array.shape, shape)}`,
      );
    }
    if (dtype !== undefined && array.dtype !== dtype) {
      throw new UsageError(
        `${file} holds ${array.dtype}; ${name} takes ${dtype}: x.astype('${dtype}') in NumPy`,
      );
    }
    return tensor(array.data, array.shape, array.dtype);
  } finally {
    await source.close();
  }
}

const fits = (found: readonly number[], wanted: readonly (number | string)[]): boolean =>
  found.length === wanted.length &&
  wanted.every((extent, dim) => typeof extent === 'string' || extent === found[dim]);

/** What makes the array one of the right shape, where a common slip explains it. */
function remedy(found: readonly number[], wanted: readonly (number | string)[]): string {
  if (fits([1, ...found], wanted)) return '; add the batch: x[None] in NumPy';
  if (found.length === 4 && fits([found[0], found[3], found[1], found[2]], wanted)) {
    return '; put the channels first: x.transpose(0, 3, 1, 2) in NumPy';
  }
  if (found.length === 3 && fits([1, found[2], found[0], found[1]], wanted)) {
    return '; put the channels first and add the batch: x.transpose(2, 0, 1)[None] in NumPy';
  }
  return '';
}

function compute(
  { model, onnx, inputs }: OpenedNetwork,
  given: ReadonlyMap<string, Tensor>,
): Readonly<Record<string, Tensor>> {
  const run = compile((...tensors: Tensor[]): Readonly<Record<string, Tensor>> => {
    if (!onnx) return { output: model.call(tensors[0]) };
    return onnx.call(Object.fromEntries(inputs.map(({ name }, i) => [name, tensors[i]])));
  });
  return run(...inputs.map(({ name }) => given.get(name)!));
}
