/** The errors that the library throws on purpose, so that callers can tell them apart. */

/** Shapes or dtypes that do not fit, found while the graph is built. */
export class ShapeError extends Error {
  override name = 'ShapeError';
}

/** A value that is not allowed: an option out of range, a label that no class has. */
export class ValueError extends Error {
  override name = 'ValueError';
}
