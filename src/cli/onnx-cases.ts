/** Finds and runs ONNX's backend test cases: a model with inputs and the outputs that they give. */

import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import {
  loadOnnx,
  type NamedTensor,
  type OnnxModel,
  readOnnxTensor,
  UnsupportedOperatorError,
} from '../formats/index.js';
import { differenceOf } from './onnx-difference.js';
import { UsageError } from './usage.js';

/** A folder with `model.onnx` and `test_data_set_*`. */
export interface OnnxCase {
  readonly name: string;
  readonly folder: string;
}

export type OnnxOutcome =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly reason: string }
  /** The model uses operators that the importer does not have. */
  | { readonly kind: 'unsupported'; readonly operators: readonly string[] };

/** The cases in `folder` and below it, in order of their names; throws UsageError when there are none. */
export async function findCases(folder: string): Promise<OnnxCase[]> {
  const cases: OnnxCase[] = [];
  const visit = async (place: string): Promise<void> => {
    const entries = await listed(place);
    if (entries.some((entry) => entry.isFile() && entry.name === 'model.onnx')) {
      cases.push({ name: relative(folder, place) || place, folder: place });
      return;
    }
    const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    for (const name of folders.sort()) await visit(join(place, name));
  };
  await visit(folder);
  if (cases.length > 0) return cases;
  throw new UsageError(
    `there is no case in ${folder}; expected folders with model.onnx and test_data_set_0 in it`,
  );
}

async function listed(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    throw new UsageError(
      `the folder ${folder} cannot be read (${error instanceof Error ? error.message : error})`,
    );
  }
}

/** Runs a case with each of its data sets; whatever goes wrong is its outcome. */
export async function runCase({ folder }: OnnxCase): Promise<OnnxOutcome> {
  try {
    const model = loadOnnx(await readFile(join(folder, 'model.onnx')), 'model.onnx');
    const names = (await readdir(folder)).filter((name) => name.startsWith('test_data_set_'));
    if (names.length === 0) return failed('there is no test_data_set_0');
    for (const name of names.sort(byNumber)) {
      const reason = await runDataSet(model, join(folder, name));
      if (reason !== null) return failed(names.length > 1 ? `${name}: ${reason}` : reason);
    }
    return { kind: 'passed' };
  } catch (error) {
    if (error instanceof UnsupportedOperatorError) {
      return { kind: 'unsupported', operators: error.operators };
    }
    return failed(error instanceof Error ? error.message : String(error));
  }
}

const failed = (reason: string): OnnxOutcome => ({ kind: 'failed', reason });

/** What is wrong, or null. */
async function runDataSet(model: OnnxModel, folder: string): Promise<string | null> {
  const inputs = await readTensors(folder, 'input_');
  const expected = await readTensors(folder, 'output_');
  const { inputNames, outputNames } = model;
  if (inputs.length !== inputNames.length || expected.length !== outputNames.length) {
    return (
      `the data set has ${inputs.length} inputs and ${expected.length} outputs; ` +
      `the model has ${inputNames.length} and ${outputNames.length}`
    );
  }
  const values = model.values(Object.fromEntries(inputNames.map((name, i) => [name, inputs[i]])));
  for (const [i, name] of outputNames.entries()) {
    const value = values.get(name)!;
    const difference = differenceOf({ ...expected[i] }, value.known()!);
    if (difference !== null) return `output '${name}' ${difference}`;
  }
  return null;
}

/** `input_0.pb`, `input_1.pb` and so on. */
async function readTensors(folder: string, prefix: string): Promise<NamedTensor[]> {
  const files = (await readdir(folder)).filter(
    (name) => name.startsWith(prefix) && name.endsWith('.pb'),
  );
  const tensors: NamedTensor[] = [];
  for (const name of files.sort(byNumber)) {
    tensors.push(readOnnxTensor(await readFile(join(folder, name)), name));
  }
  return tensors;
}

const byNumber = (a: string, b: string): number => numberIn(a) - numberIn(b);
const numberIn = (name: string): number => Number(/\d+/.exec(name)?.[0] ?? 0);
