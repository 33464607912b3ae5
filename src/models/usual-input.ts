/** The pictures that networks were made for, and what is made of others. */

type PictureShape = readonly [channels: number, height: number, width: number];

/** [C, H, W] of the pictures for which the network of this name was made. */
export function usualInput(name: string): [channels: number, height: number, width: number] {
  if (name.startsWith('lenet5')) return [1, 28, 28];
  if (/_cifar$|^resnet(20|32|44|56|110)$/.test(name)) return [3, 32, 32];
  return name === 'inception_v3' ? [3, 299, 299] : [3, 224, 224];
}

/**
 * Whether the auxiliary heads of the network of this name, if it has any, can be trained with pictures of this
 * shape: that of Inception v3 wants them as large as in the paper.
 */
export const fitsAuxiliary = (name: string, [, height, width]: PictureShape): boolean =>
  name !== 'inception_v3' || Math.min(height, width) >= 299;

/** The least rows and columns with which the layers of a network still have something to look at. */
const smallest: readonly (readonly [pattern: RegExp, size: number])[] = [
  [/^alexnet/, 64],
  [/^vgg/, 32],
  [/^googlenet/, 32],
  [/^inception/, 75],
];

/**
 * What pictures of `shape` become for the network of this name: its number of channels; `size` rows and columns
 * where that is given, else their own where that is enough for it, else the least that is.
 *
 *     fittedInput('alexnet', { shape: [1, 28, 28] }); // [3, 64, 64]
 */
export function fittedInput(
  name: string,
  { shape: [, height, width], size }: { shape: PictureShape; size?: number },
): PictureShape {
  const [channels, usual] = usualInput(name);
  if (size !== undefined) return [channels, size, size];
  if (channels === 1) {
    // The LeNets have fully connected layers for one size; that of 1998 takes 32x32 as well.
    const isTaken = name === 'lenet5_1998' && height === 32 && width === 32;
    return isTaken ? [channels, height, width] : [channels, usual, usual];
  }
  const least = smallest.find(([pattern]) => pattern.test(name))?.[1] ?? 1;
  return height >= least && width >= least ? [channels, height, width] : [channels, least, least];
}
