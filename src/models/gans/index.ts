/** Pairs of networks that learn against each other. */

export { DcganDiscriminator, type DcganDiscriminatorOptions, DcganGenerator } from './dcgan.js';
export { type GanOptions, PictureDiscriminator, PictureGenerator } from './game-players.js';
export { GanDiscriminator, GanGenerator } from './gan.js';
export { createGan, type GanPair, ganNames } from './registry.js';
export { SnganDiscriminator, SnganGenerator } from './sngan.js';
