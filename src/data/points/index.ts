/** Points in the plane. */

export { type PointBatch, PointLoader } from './point-loader.js';
export { drawPoints, type PointSet, pointSetNames } from './point-set.js';
export { readPoints } from './read-points.js';
