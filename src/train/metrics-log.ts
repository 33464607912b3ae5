/** The log of a run: one JSON object a line, appended as the training goes, read back for reports. */

import { WriteError, writeFileAtomically } from '../formats/atomic-file.js';
import { FormatError } from '../formats/format-error.js';

/** One line: what is known after a step or an epoch; numbers by name. */
export interface LogEntry {
  readonly kind: 'step' | 'epoch';
  /** Steps and epochs count from 0. */
  readonly step: number;
  readonly epoch: number;
  readonly [metric: string]: unknown;
}

/** Appends entries to a file. Lines of one call appear together, or the last of them is cut off. */
export class MetricsLog {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /**
   * Begins at a step: entries of later steps, which a run that was cut off had written, and a line that is
   * cut off are removed. A run from the beginning empties the file.
   *
   * Throws WriteError when the file cannot be written.
   */
  async begin({ step }: { step: number }): Promise<void> {
    const kept = (await readMetrics(this.path)).filter((entry) => entry.step < step);
    const text = kept.map((entry) => `${JSON.stringify(entry)}\n`).join('');
    await writeFileAtomically(this.path, text);
  }

  /** Throws WriteError when the disk is full. */
  async append(entries: readonly LogEntry[]): Promise<void> {
    if (entries.length === 0) return;
    const { appendFile } = await import('node:fs/promises');
    const text = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
    try {
      await appendFile(this.path, text);
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      throw new WriteError(this.path, { what, mend: 'free some space' }, error);
    }
  }
}

/**
 * The entries of a log, in order; a last line that is cut off is passed over. None when there is no file.
 *
 * Throws FormatError when it cannot be read, and when another line is no entry, unless `onDamaged` is there to
 * hear of such lines, counted from 1.
 */
export async function readMetrics(
  path: string,
  { onDamaged }: { onDamaged?: (line: number) => void } = {},
): Promise<LogEntry[]> {
  const { readFile } = await import('node:fs/promises');
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw new FormatError(
      path,
      {
        happened: `it cannot be read (${error instanceof Error ? error.message : error})`,
        expected: 'the log of a run',
        mend: 'make it readable, or restore the file',
      },
      error,
    );
  });
  const lines = text.split('\n');
  // Behind the last line break there is nothing, or a line that was cut off.
  lines.pop();
  return lines.flatMap((line, i) => {
    const entry = parse(line);
    if (isEntry(entry)) return [entry];
    if (onDamaged) {
      onDamaged(i + 1);
      return [];
    }
    throw new FormatError(path, {
      happened: `line ${i + 1} is no entry of a log`,
      expected: 'a JSON object with a step and an epoch on each line',
      mend: 'remove the line, or restore the file',
    });
  });
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function isEntry(entry: unknown): entry is LogEntry {
  if (typeof entry !== 'object' || entry === null) return false;
  const { step, epoch, kind } = entry as Record<string, unknown>;
  return Number.isSafeInteger(step) && Number.isSafeInteger(epoch) && typeof kind === 'string';
}
