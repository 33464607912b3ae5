/** The backend that programs run on when nothing else is said. */

import type { Backend } from './contract.js';
import { reference } from './reference/index.js';

export function defaultBackend(): Backend {
  return reference;
}
