/** Two networks that learn against each other. */

export type { Mismatch, Player } from './game.js';
export type { HealthWarning } from './health.js';
export { type AdversarialLoss, type AdversarialLossName, adversarialLosses } from './losses.js';
export type { AdversarialOptions, Samples } from './options.js';
export type { RollBackOptions } from './roll-back.js';
export { trainAdversarial } from './train-adversarial.js';
export { wrongLabels } from './wrong-labels.js';
