/** Builds the layers of a topology with their weights, each weight read where it is wanted. */

import { ShapeError, ValueError } from '../../graph/errors.js';
import { formatShape } from '../../graph/shape.js';
import { freeze } from '../../nn/freezing.js';
import { nearestName } from '../../text/nearest-name.js';
import { listed, quoted } from '../quoted-name.js';
import { type Activation, activationOf } from './activations.js';
import { AxisOrder } from './axis-order.js';
import { ownValue, shown } from './json-value.js';
import type { KerasLayer, LayerWeight } from './layer.js';
import { LayerConfig } from './layer-config.js';
import { layerBuilders, mergingLayers } from './layers/index.js';
import { malformed, notRead } from './tfjs-problem.js';
import type { LayerCall, LayerSpec, Topology } from './topology.js';
import type { ManifestSource } from './weights-manifest.js';

export interface BuiltLayer {
  readonly module: KerasLayer;
  /** What follows the layer within it; null for nothing. */
  readonly activation: Activation | null;
}

export interface BuiltLayers {
  readonly order: AxisOrder;
  readonly layers: ReadonlyMap<string, BuiltLayer>;
}

/** Layers whose activation is a setting like any other. */
const activated = ['Conv2D', 'Conv2DTranspose', 'Dense', 'DepthwiseConv2D', 'SeparableConv2D'];

/** Throws FormatError for layers that are not read and weights that do not fit them. */
export async function buildLayers(
  fileName: string,
  topology: Topology,
  weights: ManifestSource,
): Promise<BuiltLayers> {
  refuseUnknown(fileName, topology.layers);
  checkInputs(fileName, topology.calls);
  const order = new AxisOrder(isChannelsLast(fileName, topology.layers));
  const layers = new Map<string, BuiltLayer>();
  const used = new Set<string>();
  const endings = byEnding(weights);
  for (const spec of topology.layers) {
    const config = new LayerConfig(fileName, spec);
    const weight = weightsOf(fileName, spec, { weights, endings, used });
    const build = layerBuilders.get(spec.className)!;
    try {
      const module = await build({ className: spec.className, config, order, weight });
      const isActivated = activated.includes(spec.className);
      const activation = isActivated ? activationOf(config.activation(), { config, order }) : null;
      config.finish();
      if (!config.isTrainable) freeze(module);
      layers.set(spec.path, { module, activation });
    } catch (error) {
      // Settings that a layer of this library does not take come from the file.
      if (!(error instanceof ValueError) && !(error instanceof ShapeError)) throw error;
      throw malformed(fileName, `${config.what} cannot be built (${error.message})`, error);
    }
  }
  const left = weights.layerWeights.filter((name) => !used.has(name));
  if (left.length > 0) throw malformed(fileName, `weights belong to no layer: ${listed(left)}`);
  return { order, layers };
}

/** Names all layers at once that stand in the way. */
function refuseUnknown(fileName: string, layers: readonly LayerSpec[]): void {
  const unknown = layers.filter(({ className }) => !layerBuilders.has(className));
  if (unknown.length === 0) return;
  const names = unknown.map(
    ({ className, path }) => `${quoted(className).slice(1, -1)} ${quoted(path)}`,
  );
  const more = names.length > 8 ? ` and ${names.length - 8} more` : '';
  throw notRead(
    fileName,
    `layers are not read: ${names.slice(0, 8).join(', ')}${more}`,
    `layers of ${[...layerBuilders.keys()].join(', ')}`,
  );
}

/** Throws where a layer of one input is called with several. */
function checkInputs(fileName: string, calls: readonly LayerCall[]): void {
  const wrong = calls.find(({ layer, inputs }) => {
    return inputs.length !== 1 && !mergingLayers.includes(layer.className);
  });
  if (!wrong) return;
  const { className, path } = wrong.layer;
  throw malformed(
    fileName,
    `${className} ${quoted(path)} is called with ${wrong.inputs.length} tensors and takes one`,
  );
}

function isChannelsLast(fileName: string, layers: readonly LayerSpec[]): boolean {
  const formats = new Set<boolean>();
  for (const { config, className, path } of layers) {
    const format = ownValue(config, 'data_format');
    // Flatten's says nothing about what it gets.
    if (format === undefined || format === null || className === 'Flatten') continue;
    const place = ['channels_last', 'channelsLast', 'channels_first', 'channelsFirst'].indexOf(
      format as string,
    );
    if (place < 0) {
      throw malformed(fileName, `layer ${quoted(path)} has data_format ${shown(format)}`);
    }
    formats.add(place < 2);
  }
  if (formats.size < 2) return !formats.has(false);
  throw notRead(fileName, 'some layers have channels first and some last', 'one order for all');
}

interface WeightNames {
  readonly weights: ManifestSource;
  readonly endings: ReadonlyMap<string, readonly string[]>;
}

function weightsOf(
  fileName: string,
  { path, names, className }: LayerSpec,
  { weights, endings, used }: WeightNames & { used: Set<string> },
): (name: string, shape: readonly (number | null)[] | null) => Promise<LayerWeight> {
  return async (name, shape) => {
    const key = findWeight(names, name, { weights, endings });
    if (key === undefined) {
      const near = nearestName(`${names.at(-1)}/${name}`, weights.layerWeights);
      throw malformed(
        fileName,
        `${className} ${quoted(path)} has no weight ${quoted(name)}` +
          (near === undefined ? '' : `; the nearest name is ${quoted(near)}`),
      );
    }
    used.add(key);
    const entry = weights.entries.get(key)!;
    const fits = (extent: number, dim: number) => shape?.[dim] === null || extent === shape?.[dim];
    if (shape && (shape.length !== entry.shape.length || !entry.shape.every(fits))) {
      throw malformed(
        fileName,
        `weight ${quoted(key)} is ${formatShape(entry.shape)}, which ${className} ${quoted(path)} ` +
          `takes as [${shape.map((extent) => extent ?? '?').join(', ')}]`,
      );
    }
    if (entry.dtype !== 'float32') {
      throw malformed(fileName, `weight ${quoted(key)} is of ${entry.dtype}, not of float32`);
    }
    const { data } = await weights.read(key);
    return { shape: entry.shape, data: data as Float32Array };
  };
}

/** Weights by how their names end, a layer's name and its own: longer names begin with those of models. */
function byEnding({ layerWeights }: ManifestSource): ReadonlyMap<string, readonly string[]> {
  const endings = new Map<string, string[]>();
  for (const name of layerWeights) {
    const ending = name.split('/').slice(-2).join('/');
    const list = endings.get(ending);
    if (list) list.push(name);
    else endings.set(ending, [name]);
  }
  return endings;
}

/** The weight under the layer's name, with or without the names of the models around it. */
function findWeight(
  names: readonly string[],
  name: string,
  { weights, endings }: WeightNames,
): string | undefined {
  for (let i = 0; i < names.length; i++) {
    const exact = `${names.slice(i).join('/')}/${name}`;
    if (weights.entries.has(exact)) return exact;
  }
  const found = endings.get(`${names.at(-1)}/${name}`) ?? [];
  return found.length === 1 ? found[0] : undefined;
}
