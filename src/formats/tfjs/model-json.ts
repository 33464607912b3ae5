/** Reads model.json: what the model is made of, and which weights lie where. */

import type { ByteSource } from '../byte-source.js';
import { isObject, type JsonObject, ownValue, shown } from './json-value.js';
import { malformed, notRead } from './tfjs-problem.js';

export interface ModelJson {
  readonly fileName: string;
  /** The outermost model: `{ class_name, config }`. */
  readonly topology: JsonObject;
  readonly manifest: readonly unknown[];
}

/** Topologies are text; one of the largest networks takes a few megabytes. */
const MOST_BYTES = 64 * 2 ** 20;

export async function readModelJson(source: ByteSource): Promise<ModelJson> {
  const { name: fileName, size } = source;
  if (size > MOST_BYTES)
    throw malformed(fileName, `the file has ${size} bytes, too many for model.json`);
  const text = new TextDecoder().decode(await source.read(0, size));
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    throw malformed(fileName, `the file is no JSON (${what})`, error);
  }
  if (!isObject(json)) throw malformed(fileName, 'the file holds no JSON object');
  const format = ownValue(json, 'format') ?? 'layers-model';
  if (format !== 'layers-model') {
    throw notRead(
      fileName,
      `it is a ${shown(format)}`,
      "a 'layers-model', which has layers and can be trained",
    );
  }
  const manifest = ownValue(json, 'weightsManifest');
  if (!Array.isArray(manifest)) throw malformed(fileName, 'there is no "weightsManifest"');
  return { fileName, topology: outermost(fileName, ownValue(json, 'modelTopology')), manifest };
}

/** The model itself, which files that Keras wrote have in "model_config". */
function outermost(fileName: string, topology: unknown): JsonObject {
  const inner = isObject(topology) ? (ownValue(topology, 'model_config') ?? topology) : undefined;
  if (isObject(inner)) return inner;
  throw malformed(fileName, 'there is no "modelTopology"');
}
