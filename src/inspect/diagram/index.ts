/** Pictures of networks, drawn from the graphs of their layers. */

import { pageOf } from './html.js';
import { type DrawnNetwork, type PictureOptions, pictureOf } from './picture.js';
import { svgOf } from './svg.js';

export type { DiagramStyle, DrawnNetwork, PictureOptions } from './picture.js';
export { type DrawnTotals, drawnTotals } from './totals.js';

/**
 * An SVG picture of networks, one beside the other: volumes in proportion or blocks in columns, branches and
 * shortcuts as they are linked, repeated parts once. It needs nothing from elsewhere, and follows the page
 * into the dark.
 *
 *     const model = createModel('resnet18');
 *     const graph = layerGraph([[1, 3, 224, 224]], (x) => model.call(x));
 *     const svg = drawNetworks([{ title: 'ResNet-18', graph }], { style: 'blocks' });
 */
export const drawNetworks = (networks: readonly DrawnNetwork[], options?: PictureOptions): string =>
  svgOf(pictureOf(networks, options), labelOf(networks));

/** The same picture in a page that tells more of a layer where one points at it. */
export const drawNetworksPage = (
  networks: readonly DrawnNetwork[],
  options?: PictureOptions,
): string => pageOf(drawNetworks(networks, options), titlesOf(networks));

const titlesOf = (networks: readonly DrawnNetwork[]): string =>
  networks.map(({ title }) => title).join(', ');

const labelOf = (networks: readonly DrawnNetwork[]): string =>
  `Layers of ${titlesOf(networks)} from input to output`;
