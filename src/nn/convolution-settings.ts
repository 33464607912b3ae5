/** What convolution layers of every number of spatial axes share: their options, checked, and their parameters. */

import { type PaddingMode, paddingModes } from '../ops/pad-2d.js';
import { perAxis, sidesPerAxis } from '../ops/spatial-options.js';
import { checkChannelGroups } from './channel-groups.js';
import { initLikePyTorch } from './default-init.js';
import { checkOptionNames } from './options.js';
import { Parameter } from './parameter.js';

interface ConvolutionLayerOptions {
  kernelSize: number | readonly number[];
  stride?: number | readonly number[];
  padding?: number | readonly number[] | 'same' | 'valid';
  dilation?: number | readonly number[];
  groups?: number;
  bias?: boolean;
  paddingMode?: PaddingMode;
}

const optionNames = [
  'kernelSize',
  'stride',
  'padding',
  'dilation',
  'groups',
  'bias',
  'paddingMode',
];

/** The settings of a layer; lists have one number for each axis, `sides` one before and one behind. */
export interface ConvolutionSettings {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly sides: readonly number[];
  readonly groups: number;
  readonly paddingMode: PaddingMode;
  /** [outChannels, inChannels / groups, ...kernel] */
  readonly weight: Parameter;
  /** [outChannels], or null without bias. */
  readonly bias: Parameter | null;
}

export interface ConvolutionOf {
  readonly axes: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly options: ConvolutionLayerOptions;
}

/** Checks the options of layer `owner` and makes its parameters; throws ValueError for what is out of range. */
export function convolutionSettings(
  owner: string,
  { axes, inChannels, outChannels, options }: ConvolutionOf,
): ConvolutionSettings {
  checkOptionNames(owner, options, optionNames);
  const { groups = 1, paddingMode = 'zeros' } = options;
  checkOptionNames(`${owner}: paddingMode`, { [paddingMode]: true }, paddingModes);
  checkChannelGroups(owner, { inChannels, outChannels, groups });
  const counts = (name: 'kernelSize' | 'stride' | 'dilation', value: number | readonly number[]) =>
    perAxis(value, { axes, name: `${owner}: ${name}` });
  const kernel = counts('kernelSize', options.kernelSize);
  const stride = counts('stride', options.stride ?? 1);
  const dilation = counts('dilation', options.dilation ?? 1);
  const windows = { kernel, stride, dilation };
  const sides = sidesPerAxis(options.padding ?? 0, windows, `${owner}: padding`);
  const weight = new Parameter([outChannels, inChannels / groups, ...kernel]);
  const bias = (options.bias ?? true) ? new Parameter([outChannels]) : null;
  initLikePyTorch(weight, bias);
  return { ...windows, sides, groups, paddingMode, weight, bias };
}
