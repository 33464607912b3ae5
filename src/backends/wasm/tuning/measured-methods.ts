/** What was measured to be the fastest, for each number of threads, from storage and from this process. */

import type { TuningSetting, TuningStorage } from '../../tuning.js';

export class MeasuredMethods {
  readonly #setting: () => TuningSetting;
  readonly #storage: () => TuningStorage | null;
  /** By the number of threads, as everything else about an engine stays as it is. */
  readonly #tables = new Map<number, Map<string, string>>();

  constructor(setting: () => TuningSetting, storage: () => TuningStorage | null) {
    this.#setting = setting;
    this.#storage = storage;
  }

  /** The fastest method for the number of threads that there is now. */
  get(key: string): string | undefined {
    return this.#table(this.#setting()).get(key);
  }

  /** Remembers it for this process, then in storage. */
  async add(key: string, method: string): Promise<void> {
    const setting = this.#setting();
    this.#table(setting).set(key, method);
    await this.#storage()?.add(setting, new Map([[key, method]]));
  }

  #table(setting: TuningSetting): Map<string, string> {
    let table = this.#tables.get(setting.threads);
    if (!table) {
      table = new Map(this.#storage()?.read(setting));
      this.#tables.set(setting.threads, table);
    }
    return table;
  }
}
