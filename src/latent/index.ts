/** What trained autoencoders are for: codes of pictures, and pictures of codes. */

export { type LatentRun, openLatentRun } from './open-latent-run.js';
