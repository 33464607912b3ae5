/** Embedding: a table of vectors, read by index. */

import { ShapeError, ValueError } from '../graph/errors.js';
import type { Tensor } from '../graph/tensor.js';
import { equal, where } from '../ops/elementwise.js';
import { gatherRows } from '../ops/rows.js';
import { detach, expand, reshape, transpose } from '../ops/view.js';
import * as init from './init.js';
import { Module } from './module.js';
import { checkCount, checkOptionNames } from './options.js';
import { Parameter } from './parameter.js';

export interface EmbeddingOptions {
  /** An index whose vector starts at zero and is never trained; negative counts from the end. */
  paddingIdx?: number;
}

/**
 * The rows of the table at int32 indices [...] -> [..., embeddingDim]; an index outside gives zeros.
 *
 * Throws ValueError when an option is unknown or out of range.
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

  constructor(numEmbeddings: number, embeddingDim: number, options: EmbeddingOptions = {}) {
    super();
    checkOptionNames('Embedding', options, ['paddingIdx']);
    checkCount('Embedding', 'numEmbeddings', numEmbeddings);
    checkCount('Embedding', 'embeddingDim', embeddingDim);
    this.numEmbeddings = numEmbeddings;
    this.embeddingDim = embeddingDim;
    this.paddingIdx = paddingIndex(options.paddingIdx, numEmbeddings);
    this.weight = new Parameter([numEmbeddings, embeddingDim]);
    init.normal(this.weight);
    if (this.paddingIdx === null) return;
    const start = this.paddingIdx * embeddingDim;
    this.weight.set(this.weight.data().fill(0, start, start + embeddingDim));
  }

  forward(indices: Tensor): Tensor {
    const { embeddingDim, paddingIdx } = this;
    if (indices.dtype !== 'int32') {
      throw new ShapeError(`expected int32 indices, got ${indices.dtype}; convert with cast()`);
    }
    const count = indices.size;
    const everywhere = expand(reshape(indices, [1, count]), [embeddingDim, count]);
    const rows = transpose(gatherRows(transpose(this.weight), everywhere));
    const padding = paddingIdx === null ? null : equal(reshape(indices, [count, 1]), paddingIdx);
    const y = padding ? where(expand(padding, [count, embeddingDim]), detach(rows), rows) : rows;
    return reshape(y, [...indices.shape, embeddingDim]);
  }

  override describe(): string {
    return `Embedding ${this.numEmbeddings} x ${this.embeddingDim}`;
  }
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
