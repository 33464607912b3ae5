/** The pictures that networks were made for. */

/** [C, H, W] of the pictures for which the network of this name was made. */
export function usualInput(name: string): [channels: number, height: number, width: number] {
  if (name.startsWith('lenet5')) return [1, 28, 28];
  if (/_cifar$|^resnet(20|32|44|56|110)$/.test(name)) return [3, 32, 32];
  return name === 'inception_v3' ? [3, 299, 299] : [3, 224, 224];
}
