/** The most memory that this process has held. */

import { readFile } from 'node:fs/promises';

/**
 * Bytes of the largest resident set so far.
 *
 * NOTE: on Linux not what resourceUsage() tells, which a process takes over from the one that started it.
 */
export async function peakResidentBytes(): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const kibibytes = /^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1] ?? process.resourceUsage().maxRSS;
  return Number(kibibytes) * 1024;
}
