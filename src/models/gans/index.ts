/** Pairs of networks that learn against each other. */

export { DcganDiscriminator, type DcganDiscriminatorOptions, DcganGenerator } from './dcgan.js';
export { type GanOptions, PictureDiscriminator, PictureGenerator } from './game-players.js';
export { GanDiscriminator, GanGenerator } from './gan.js';
export { Gan2d, type Gan2dOptions } from './gan-2d.js';
export {
  createGan,
  type GanName,
  GanPair,
  type GanPairOptions,
  ganNames,
  isConditionalGan,
  isGanName,
} from './registry.js';
export { SnganDiscriminator, SnganGenerator } from './sngan.js';
