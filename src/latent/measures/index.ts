/** Measures of made pictures beside real ones. */

export { type Coverage, type CoverageOptions, coverageOf } from './coverage.js';
export { frechetDistance } from './frechet-distance.js';
export { type ModesFound, modesOf } from './modes.js';
