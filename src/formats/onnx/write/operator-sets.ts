/** The versions of ONNX's operator set that can be written, and the version of the file format for each. */

import { ValueError } from '../../../graph/errors.js';

/** IR versions by operator set: the first one that could name it, which the oldest readers know. */
const irVersions: Readonly<Record<number, number>> = {
  13: 7,
  14: 7,
  15: 8,
  16: 8,
  17: 8,
  18: 8,
  19: 9,
  20: 9,
  21: 10,
  22: 10,
  23: 11,
};

/** Old enough for every runtime in use, and the first with layer normalisation. */
export const defaultOpset = 17;

/** The IR version for an operator set; throws ValueError for one that is not written. */
export function irVersionOf(opset: number): number {
  const version = Object.hasOwn(irVersions, opset) ? irVersions[opset] : undefined;
  if (version !== undefined) return version;
  const known = Object.keys(irVersions);
  throw new ValueError(
    `opset is ${opset}; expected a whole number from ${known[0]} to ${known.at(-1)}, ` +
      `such as ${defaultOpset}, which nearly every runtime knows`,
  );
}
