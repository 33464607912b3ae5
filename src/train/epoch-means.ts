/** Means of what steps tell over an epoch, weighted by the sizes of their batches. */

/** Numbers by name, such as `loss`. */
export type Metrics = Readonly<Record<string, number>>;

export interface EpochSums {
  readonly sums: Readonly<Record<string, number>>;
  readonly samples: number;
}

export class EpochMeans {
  #sums = new Map<string, number>();
  #samples = 0;

  /** Samples since the beginning of the epoch. */
  get samples(): number {
    return this.#samples;
  }

  add(metrics: Metrics, size: number): void {
    for (const [name, value] of Object.entries(metrics)) {
      this.#sums.set(name, (this.#sums.get(name) ?? 0) + value * size);
    }
    this.#samples += size;
  }

  values(): Metrics {
    return Object.fromEntries([...this.#sums].map(([name, sum]) => [name, sum / this.#samples]));
  }

  reset(): void {
    this.#sums = new Map();
    this.#samples = 0;
  }

  /** What it takes to go on adding; it survives JSON. */
  state(): EpochSums {
    return { sums: Object.fromEntries(this.#sums), samples: this.#samples };
  }

  restore({ sums, samples }: EpochSums): void {
    this.#sums = new Map(Object.entries(sums));
    this.#samples = samples;
  }
}
