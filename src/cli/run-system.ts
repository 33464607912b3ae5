/** What a training runs on, for whoever reads of it later. */

import { cpus } from 'node:os';
import { threadCount } from '../backends/default-backend.js';

/** Plain values by name, for config.json and the page of the run. */
export function runSystem(): Readonly<Record<string, string | number>> {
  const processors = cpus();
  return {
    node: process.versions.node,
    threads: threadCount(),
    ...(processors.length > 0 && { processor: processors[0].model.trim() }),
    cores: processors.length,
  };
}
