/** Embedding: a table of vectors, read by index. */

import { ShapeError, ValueError } from '../graph/errors.js';
import type { Tensor } from '../graph/tensor.js';
import { fill } from '../ops/creation.js';
import { add, and, div, equal, greater, less, mul, where } from '../ops/elementwise.js';
import { norm } from '../ops/norm.js';
import { gatherRows, scatterRows } from '../ops/rows.js';
import { detach, expand, reshape, transpose } from '../ops/view.js';
import * as init from './init.js';
import { Module } from './module.js';
import { checkCount, checkNumber, checkOptionNames } from './options.js';
import { Parameter } from './parameter.js';

export interface EmbeddingOptions {
  /** An index whose vector starts at zero and is never trained; negative counts from the end. */
  paddingIdx?: number;
  /** Rows that are read and longer than this are first scaled down to it, in the table itself. Default: none. */
  maxNorm?: number;
  /** The p of the norm that `maxNorm` limits, above 0. Default: 2. */
  normType?: number;
}

const optionNames = ['paddingIdx', 'maxNorm', 'normType'];

/**
 * The rows of the table at int32 indices [...] -> [..., embeddingDim].
 *
 * Throws ValueError when an option is unknown or out of range, or for an index outside the table; only
 * where indices are computed or given to a compiled function does such a one give a row of NaN instead.
 *
 *     const words = new Embedding(1000, 64, { paddingIdx: 0 });
 *     const y = words.call(tensor([3, 1, 0], [3], 'int32'));
 */
export class Embedding extends Module {
  /** [numEmbeddings, embeddingDim] */
  readonly weight: Parameter;
  readonly numEmbeddings: number;
  readonly embeddingDim: number;
  readonly paddingIdx: number | null;
  readonly maxNorm: number | null;
  readonly normType: number;

  constructor(numEmbeddings: number, embeddingDim: number, options: EmbeddingOptions = {}) {
    super();
    checkOptionNames('Embedding', options, optionNames);
    checkCount('Embedding', 'numEmbeddings', numEmbeddings);
    checkCount('Embedding', 'embeddingDim', embeddingDim);
    this.numEmbeddings = numEmbeddings;
    this.embeddingDim = embeddingDim;
    this.paddingIdx = paddingIndex(options.paddingIdx, numEmbeddings);
    const { maxNorm = null, normType = 2 } = options;
    if (maxNorm !== null) checkNumber('Embedding', { maxNorm });
    checkNumber('Embedding', { normType }, { least: Number.MIN_VALUE });
    this.maxNorm = maxNorm;
    this.normType = normType;
    this.weight = new Parameter([numEmbeddings, embeddingDim]);
    init.normal(this.weight);
    if (this.paddingIdx === null) return;
    const start = this.paddingIdx * embeddingDim;
    this.weight.set(this.weight.data().fill(0, start, start + embeddingDim));
  }

  forward(indices: Tensor): Tensor {
    const { numEmbeddings, embeddingDim, paddingIdx } = this;
    if (indices.dtype !== 'int32') {
      throw new ShapeError(`expected int32 indices, got ${indices.dtype}; convert with cast()`);
    }
    checkIndices(indices, numEmbeddings);
    const count = indices.size;
    const everywhere = expand(reshape(indices, [1, count]), [embeddingDim, count]);
    // First, so that rows and gradients are those of the table as it is then.
    if (this.maxNorm !== null) this.#shortenRows(indices, this.maxNorm);
    const rows = transpose(gatherRows(transpose(this.weight), everywhere));
    const index = reshape(indices, [count, 1]);
    const known = where(isWithin(index, numEmbeddings), rows, Number.NaN);
    const y = paddingIdx === null ? known : where(equal(index, paddingIdx), detach(known), known);
    return reshape(y, [...indices.shape, embeddingDim]);
  }

  override describe(): string {
    return `Embedding ${this.numEmbeddings} x ${this.embeddingDim}`;
  }

  /** Scales the rows of the table that are read down to norms of at most `maxNorm`. */
  #shortenRows(indices: Tensor, maxNorm: number): void {
    const { weight, numEmbeddings: size, normType: p } = this;
    const index = reshape(indices, [1, indices.size]);
    const reads = scatterRows(fill(1, index.shape), index, { size });
    const length = norm(weight, 1, { p, keepDims: true });
    const isLong = and(greater(reshape(reads, [size, 1]), 0), greater(length, maxNorm));
    const factor = where(isLong, div(maxNorm, add(length, 1e-7)), 1);
    weight.assign(mul(weight, factor));
  }
}

const isWithin = (index: Tensor, count: number): Tensor =>
  and(greater(index, -1), less(index, count));

/** Throws ValueError for the first index outside the table, where they are known without computing them. */
function checkIndices({ source }: Tensor, count: number): void {
  if (source.kind !== 'data') return;
  const at = source.data.findIndex((index) => index < 0 || index >= count);
  if (at < 0) return;
  throw new ValueError(
    `the index at position ${at} is ${source.data[at]}; expected 0 to ${count - 1}, because there ` +
      `are ${count} embeddings; mend the indices or make numEmbeddings larger`,
  );
}

function paddingIndex(index: number | undefined, count: number): number | null {
  if (index === undefined) return null;
  if (Number.isInteger(index) && index >= -count && index < count) {
    return index < 0 ? index + count : index;
  }
  throw new ValueError(
    `Embedding: paddingIdx is ${index}; expected a whole number from ${-count} to ${count - 1}`,
  );
}
