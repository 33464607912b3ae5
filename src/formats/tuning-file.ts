/** Files that keep which methods were measured to be the fastest, one for each processor (Node; elsewhere nothing is kept). */

import type { FastestMethods, TuningSetting, TuningStorage } from '../backends/tuning.js';
import { writeFileAtomically } from './atomic-file.js';
import { cacheFolder } from './cache-folder.js';

/** To be raised when methods or keys change their meaning. */
const format = 1;

/** What a file's methods were measured on. */
interface Processor extends TuningSetting {
  readonly cpu: string;
  /** The major version of the engine that compiles to machine code. */
  readonly v8: number;
}

/**
 * JSON files in the folder `tuning` of the user's cache folder; the variable FOVEA_TUNING names another
 * file, or is "off". A file that cannot be used is ignored, and one that cannot be written does without,
 * with one warning.
 */
export class TuningFiles implements TuningStorage {
  readonly #warned = new Set<string>();
  readonly #warn: (message: string) => void;
  #writing: Promise<void> = Promise.resolve();

  constructor(warn: (message: string) => void = console.warn) {
    this.#warn = warn;
  }

  /** Where methods are kept; null where none are. */
  pathFor(setting: TuningSetting): string | null {
    if (!globalThis.process?.versions?.node) return null;
    const { FOVEA_TUNING } = process.env;
    if (FOVEA_TUNING === 'off') return null;
    if (FOVEA_TUNING) return FOVEA_TUNING;
    const { join } = process.getBuiltinModule('node:path');
    return join(cacheFolder('tuning'), `${nameOf(processorOf(setting))}.json`);
  }

  read(setting: TuningSetting): FastestMethods {
    const path = this.pathFor(setting);
    if (path === null) return new Map();
    try {
      const { readFileSync } = process.getBuiltinModule('node:fs');
      return parse(readFileSync(path, 'utf8'), processorOf(setting));
    } catch (error) {
      if (isMissing(error)) return new Map();
      const reason = error instanceof Error ? error.message : String(error);
      const remedy = 'run "fovea tune" to write it anew';
      this.#warnOnce(path, `fovea: the tuning file ${path} is ignored: ${reason}; ${remedy}`);
      return new Map();
    }
  }

  add(setting: TuningSetting, methods: FastestMethods): Promise<void> {
    // One after the other, as each adds to what the one before has written.
    this.#writing = this.#writing.then(() => this.#add(setting, methods));
    return this.#writing;
  }

  async #add(setting: TuningSetting, methods: FastestMethods): Promise<void> {
    const path = this.pathFor(setting);
    if (path === null) return;
    const all = [...this.read(setting), ...methods].sort(([a], [b]) => (a < b ? -1 : 1));
    const content = { format, processor: processorOf(setting), methods: Object.fromEntries(all) };
    try {
      const { dirname } = process.getBuiltinModule('node:path');
      await process.getBuiltinModule('node:fs/promises').mkdir(dirname(path), { recursive: true });
      await writeFileAtomically(path, `${JSON.stringify(content, null, 2)}\n`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const message = `fovea: ${path} cannot be written, so what is measured is lost when the process ends: ${reason}`;
      this.#warnOnce(`writing ${path}`, message);
    }
  }

  #warnOnce(about: string, message: string): void {
    if (!this.#warned.has(about)) this.#warn(message);
    this.#warned.add(about);
  }
}

function processorOf({ threads, relaxedSimd }: TuningSetting): Processor {
  const { cpus, arch } = process.getBuiltinModule('node:os');
  const cpu = cpus()[0]?.model.trim() || arch();
  return { cpu, threads, v8: Number.parseInt(process.versions.v8 ?? '0', 10), relaxedSimd };
}

function nameOf({ cpu, threads, v8, relaxedSimd }: Processor): string {
  const parts = [cpu, `${threads} threads`, `v8 ${v8}`, relaxedSimd ? 'relaxed simd' : 'simd'];
  return parts
    .join(' ')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-');
}

/** The methods in a file; throws where the file is none, or is another processor's. */
function parse(text: string, processor: Processor): FastestMethods {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw new Error('it is no JSON');
  }
  if (!isRecord(content) || !isRecord(content.processor) || !isRecord(content.methods)) {
    throw new Error('it was not written by "fovea tune"');
  }
  if (content.format !== format) {
    throw new Error(`its format is ${content.format}, and this version of Fovea reads ${format}`);
  }
  for (const [name, value] of Object.entries(processor)) {
    const found = content.processor[name];
    if (found !== value) throw new Error(`it is of another processor (${name}: ${found})`);
  }
  const methods = new Map<string, string>();
  for (const [key, method] of Object.entries(content.methods)) {
    if (typeof method !== 'string') throw new Error('its methods are no names');
    methods.set(key, method);
  }
  return methods;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';
