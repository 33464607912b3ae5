/** How well the networks do, as those published who trained them. */

export interface PublishedAccuracy {
  /** Pictures that are named rightly at the first guess, in percent. */
  readonly top1: number;
  /** Pictures whose class is among the five likeliest, in percent; null where nobody says. */
  readonly top5: number | null;
  /** What was classified. */
  readonly dataset: 'ImageNet' | 'CIFAR-10' | 'MNIST';
  readonly source: string;
}

const accuracy = (
  dataset: PublishedAccuracy['dataset'],
  source: string,
  figures: Readonly<Record<string, readonly [top1: number, top5?: number]>>,
): [string, PublishedAccuracy][] =>
  Object.entries(figures).map(([name, [top1, top5]]) => [
    name,
    { top1, top5: top5 ?? null, dataset, source },
  ]);

const published: ReadonlyMap<string, PublishedAccuracy> = new Map([
  ...accuracy('ImageNet', 'torchvision 0.29, weights IMAGENET1K_V1', {
    alexnet: [56.522, 79.066],
    vgg11: [69.02, 88.628],
    vgg13: [69.928, 89.246],
    vgg16: [71.592, 90.382],
    vgg19: [72.376, 90.876],
    vgg11_bn: [70.37, 89.81],
    vgg13_bn: [71.586, 90.374],
    vgg16_bn: [73.36, 91.516],
    vgg19_bn: [74.218, 91.842],
    googlenet: [69.778, 89.53],
    inception_v3: [77.294, 93.45],
    resnet18: [69.758, 89.078],
    resnet34: [73.314, 91.42],
    resnet50: [76.13, 92.862],
    resnet101: [77.374, 93.546],
    resnet152: [78.312, 94.046],
    resnext50_32x4d: [77.618, 93.698],
    wide_resnet50_2: [78.468, 94.086],
  }),
  // One network, one view of each validation picture.
  ...accuracy('ImageNet', 'BVLC, readme of bvlc_googlenet', { googlenet_2014: [68.7, 88.9] }),
  ...accuracy('ImageNet', 'Krizhevsky, Sutskever and Hinton 2012, table 2', {
    alexnet_2012: [59.3, 81.8],
  }),
  ...accuracy('CIFAR-10', 'He, Zhang, Ren and Sun 2015, table 6', {
    resnet20: [91.25],
    resnet32: [92.49],
    resnet44: [92.83],
    resnet56: [93.03],
    resnet110: [93.57],
  }),
  ...accuracy('MNIST', 'LeCun, Bottou, Bengio and Haffner 1998, section III.C', {
    lenet5_1998: [99.05],
  }),
]);

/**
 * The published accuracy of the network of this name; null where there is none.
 *
 *     publishedAccuracy('resnet50'); // { top1: 76.13, top5: 92.862, dataset: 'ImageNet', ... }
 */
export const publishedAccuracy = (name: string): PublishedAccuracy | null =>
  published.get(name) ?? null;

/** The names of networks whose accuracy on a data set is published, in the order of the models. */
export const publishedNames = (dataset: PublishedAccuracy['dataset']): string[] =>
  [...published].filter(([, each]) => each.dataset === dataset).map(([name]) => name);

/** Networks that are built alike, by how their names begin. */
const families: readonly (readonly [pattern: RegExp, family: string])[] = [
  [/^lenet/, 'LeNet'],
  [/^alexnet/, 'AlexNet'],
  [/^vgg.*_bn$/, 'VGG, batch norm'],
  [/^vgg/, 'VGG'],
  [/^googlenet|^inception/, 'Inception'],
  [/^resnext|^wide_resnet|^resnet/, 'ResNet'],
];

/** The family that a network of this name belongs to; its name where it has none. */
export const familyOf = (name: string): string =>
  families.find(([pattern]) => pattern.test(name))?.[1] ?? name;
