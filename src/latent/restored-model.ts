/** A network as config.json and weights of a run tell of it. */

import { FormatError } from '../formats/format-error.js';
import { streamSafetensors } from '../formats/safetensors.js';
import { stateToWrite } from '../formats/tensor-to-write.js';
import { ValueError } from '../graph/errors.js';
import type { Module } from '../nn/index.js';
import type { NetworkConfig, SavedNetwork } from '../train/index.js';

/** The network that `create` makes, with the weights of the run, in evaluation mode. */
export function restored<Model extends Module<never[], unknown>>(
  folder: string,
  { stateDict }: SavedNetwork,
  create: () => Model,
): Model {
  // What the options or weights of a network lack is the folder's fault.
  try {
    const model = create();
    model.loadStateDict(stateDict);
    model.eval();
    return model;
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    throw new FormatError(
      folder,
      {
        happened: `its weights or options are not those of its model (${error.message})`,
        expected: 'config.json and weights as training writes them',
        mend: 'copy the run again, or train it again',
      },
      error,
    );
  }
}

/** SHA-256 of the weights, in hexadecimal digits; of a checkpoint's as they would be saved. */
export async function weightsHash(
  { weights }: NetworkConfig,
  model: Module<never[], unknown>,
): Promise<string> {
  if (weights) return weights.sha256;
  const { createHash } = await import('node:crypto');
  const hash = createHash('sha256');
  for (const chunk of streamSafetensors(stateToWrite(model)).chunks) hash.update(chunk);
  return hash.digest('hex');
}
