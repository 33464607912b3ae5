/** Opens ONNX models of any size: tensors are read one by one, from the file and those beside it. */

import { type ByteSource, openFile } from '../byte-source.js';
import { FormatError } from '../format-error.js';
import { compactModel } from './compact-model.js';
import { besides, checkLocation, type OpenExternal, readPending } from './external-data.js';
import type { OnnxFile } from './model-parts.js';
import { OnnxModel, type OnnxModelOptions } from './onnx-model.js';
import { readModel } from './read-model.js';
import type { PendingTensor } from './read-tensor.js';

export interface OpenOnnxOptions {
  /**
   * Opens the file at a location that the model names, relative to its own folder. Default: the files beside
   * a model that is given by its path; without a path none.
   */
  openExternal?: OpenExternal;
}

/**
 * The model at a path (Node) or in a source of bytes, run as a module. The memory that it takes is that of
 * its tensors.
 *
 * Values that lie in other files are read from the model's folder, and from nowhere else.
 *
 * @throws {FormatError} when the file or one beside it is damaged or may not be read,
 * {UnsupportedOperatorError} when it uses operators that the importer lacks, {ValueError} when its nodes
 * do not fit together.
 * @example
 * const model = await openOnnx('model.onnx');
 * const { probabilities } = model.call({ image });
 */
export async function openOnnx(
  from: string | ByteSource,
  options: OnnxModelOptions & OpenOnnxOptions = {},
): Promise<OnnxModel> {
  return new OnnxModel(await openOnnxFile(from, options), options);
}

/** As `openOnnx`, but the graph as it is, to be looked at. */
export async function openOnnxFile(
  from: string | ByteSource,
  { openExternal }: OpenOnnxOptions = {},
): Promise<OnnxFile> {
  const source = typeof from === 'string' ? await openFile(from) : from;
  try {
    const pending: PendingTensor[] = [];
    const file = readModel(await compactModel(source), { fileName: source.name, pending });
    const elsewhere = typeof from === 'string' ? besides(from) : noFiles(source.name);
    const open = openExternal ? checked(source.name, openExternal) : elsewhere;
    await readPending(pending, source, open);
    return file;
  } finally {
    if (typeof from === 'string') await source.close();
  }
}

const checked =
  (fileName: string, open: OpenExternal): OpenExternal =>
  (location) => {
    checkLocation(fileName, location);
    return open(location);
  };

const noFiles =
  (fileName: string): OpenExternal =>
  (location) => {
    throw new FormatError(fileName, {
      happened: `values are in another file, ${JSON.stringify(location)}`,
      expected: 'them within the model file',
      mend: 'give the model by its path, or say with `openExternal` how to open that file',
    });
  };
