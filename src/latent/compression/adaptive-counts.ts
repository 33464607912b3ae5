/** Distributions that a reader and a writer learn alike from the symbols that went before. */

import { LARGEST_TOTAL, type RangeDecoder, type RangeEncoder } from './range-coder.js';

/** Shares of symbols 0 to n - 1 as integers of 1 or more, which every symbol that is coded changes. */
export abstract class AdaptiveCounts {
  private total: number;

  constructor(protected readonly counts: Float64Array) {
    this.total = counts.reduce((sum, count) => sum + count, 0);
  }

  encode(symbol: number, encoder: RangeEncoder): void {
    let start = 0;
    for (let i = 0; i < symbol; i++) start += this.counts[i];
    encoder.encode({ start, size: this.counts[symbol], total: this.total });
    this.learn(symbol);
  }

  decode(decoder: RangeDecoder): number {
    const place = decoder.find(this.total);
    let symbol = 0;
    let start = 0;
    for (; start + this.counts[symbol] <= place; symbol++) start += this.counts[symbol];
    decoder.take({ start, size: this.counts[symbol] });
    this.learn(symbol);
    return symbol;
  }

  /** Gives more shares to the symbol and those like it, and returns how many. */
  protected abstract seen(symbol: number): number;

  private learn(symbol: number): void {
    this.total += this.seen(symbol);
    if (this.total <= LARGEST_TOTAL - LARGEST_STEP) return;
    this.total = 0;
    for (let i = 0; i < this.counts.length; i++) {
      this.counts[i] = Math.ceil(this.counts[i] / 2);
      this.total += this.counts[i];
    }
  }
}

/** What one symbol adds at most. */
export const LARGEST_STEP = 4096;

/** Symbols without order, such as classes: at first all alike. */
export class ClassCounts extends AdaptiveCounts {
  /** `step` tells how fast it learns: a symbol that was seen weighs 1 + step. */
  constructor(
    size: number,
    private readonly step: number,
  ) {
    super(new Float64Array(size).fill(1));
  }

  protected override seen(symbol: number): number {
    this.counts[symbol] += this.step;
    return this.step;
  }
}
