/** What is wrong with a TensorFlow.js model, in words that say where. */

import { FormatError } from '../format-error.js';

/** The file contradicts itself, or what it holds is not what a layers model holds. */
export function malformed(fileName: string, happened: string, cause?: unknown): FormatError {
  return new FormatError(
    fileName,
    {
      happened,
      expected: 'a TensorFlow.js layers model: its topology and a manifest of its weights',
      mend: 'save it again with model.save() of TensorFlow.js, or convert it with tensorflowjs_converter',
    },
    cause,
  );
}

/** The model is whole, but of a sort that is not read. */
export function notRead(fileName: string, happened: string, expected: string): FormatError {
  return new FormatError(fileName, {
    happened,
    expected,
    mend: 'replace it in the model, or convert the model to ONNX and read that',
  });
}
