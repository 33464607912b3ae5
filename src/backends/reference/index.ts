/** The float64 backend that every other one is compared with. */

export { reference } from './reference.js';
