/** The convolutions that are measured: their sizes, names and operations. */

import type { Shape } from '../../src/graph/shape.js';

/** A square filter over square pictures, padded by half of the filter. */
export interface Convolution {
  readonly batch: number;
  readonly inChannels: number;
  /** Height and width of the input. */
  readonly size: number;
  readonly outChannels: number;
  readonly kernelSize: number;
  readonly stride: number;
  /** Every channel has a filter of its own. */
  readonly depthwise: boolean;
}

/** The output for an input and a filter, or the gradient of either for a gradient of the output. */
export type Pass = 'forward' | 'input-gradient' | 'filter-gradient';

export const passes: readonly Pass[] = ['forward', 'input-gradient', 'filter-gradient'];

/** Shapes of the three tensors, as of PyTorch. */
export interface ConvolutionShapes {
  readonly input: Shape;
  readonly filter: Shape;
  readonly output: Shape;
}

export interface ConvolutionSettings {
  readonly stride: number;
  readonly padding: number;
  readonly groups: number;
}

/** `convolutions/8x128x28-128-3x3-s2/forward`, of 128 filters of 3 x 3 and stride 2 on [8, 128, 28, 28]. */
export function convolutionId(convolution: Convolution, pass: Pass): string {
  const { batch, inChannels, size, outChannels, kernelSize, stride, depthwise } = convolution;
  const stepped = stride > 1 ? `-s${stride}` : '';
  const kind = depthwise ? '-depthwise' : '';
  const input = `${batch}x${inChannels}x${size}`;
  return `convolutions/${input}-${outChannels}-${kernelSize}x${kernelSize}${stepped}${kind}/${pass}`;
}

/** The convolution and pass of a case's name, or null for other cases. */
export function parseConvolution(id: string): { convolution: Convolution; pass: Pass } | null {
  const match =
    /^convolutions\/(\d+)x(\d+)x(\d+)-(\d+)-(\d+)x\5(?:-s(\d+))?(-depthwise)?\/(.+)$/.exec(id);
  const pass = passes.find((known) => known === match?.[8]);
  if (!match || !pass) return null;
  const [batch, inChannels, size, outChannels, kernelSize] = match.slice(1).map(Number);
  const stride = Number(match[6] ?? 1);
  const depthwise = match[7] !== undefined;
  const sizes = { batch, inChannels, size, outChannels, kernelSize };
  return { convolution: { ...sizes, stride, depthwise }, pass };
}

export function settingsOf({ kernelSize, stride, inChannels, depthwise }: Convolution) {
  const padding = (kernelSize - 1) / 2;
  return { stride, padding, groups: depthwise ? inChannels : 1 } satisfies ConvolutionSettings;
}

export function shapesOf(convolution: Convolution): ConvolutionShapes {
  const { batch, inChannels, size, outChannels, kernelSize } = convolution;
  const { stride, padding, groups } = settingsOf(convolution);
  const outSize = Math.floor((size + 2 * padding - kernelSize) / stride) + 1;
  return {
    input: [batch, inChannels, size, size],
    filter: [outChannels, inChannels / groups, kernelSize, kernelSize],
    output: [batch, outChannels, outSize, outSize],
  };
}

/** Operations of a direct convolution, the same in each pass: multiply-adds, counted as two. */
export function directFlops(convolution: Convolution): number {
  const { filter, output } = shapesOf(convolution);
  const [batch, , height, width] = output;
  return 2 * batch * height * width * filter.reduce((product, extent) => product * extent, 1);
}
