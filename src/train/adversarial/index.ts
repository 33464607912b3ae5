/** Two networks that learn against each other. */

export { type AdversarialLoss, type AdversarialLossName, adversarialLosses } from './losses.js';
export { type AdversarialOptions, type Samples, trainAdversarial } from './train-adversarial.js';
