/** `fovea onnx-test`: runs ONNX's backend test cases and tells which of them fail. */

import { findCases, type OnnxCase, runCase } from './onnx-cases.js';
import { createBar } from './progress-bar.js';
import { print, type Terminal } from './terminal.js';

export interface OnnxTestOptions {
  readonly json?: boolean;
}

interface Tally {
  passed: number;
  readonly failures: { readonly case: string; readonly reason: string }[];
  readonly unsupported: { readonly case: string; readonly operators: readonly string[] }[];
}

/** Runs the command and returns the exit code: 1 when a case failed; throws what goes wrong. */
export async function onnxTestCommand(
  folders: readonly string[],
  { json }: OnnxTestOptions,
  { stdout, stderr }: Terminal,
): Promise<number> {
  const cases: OnnxCase[] = [];
  for (const folder of folders) cases.push(...(await findCases(folder)));
  const tally: Tally = { passed: 0, failures: [], unsupported: [] };
  const bar = stderr.isTerminal ? createBar(stderr) : null;
  for (const [i, { name, ...place }] of cases.entries()) {
    bar?.show('running', i, cases.length, `${i} of ${cases.length} cases`);
    const outcome = await runCase({ name, ...place });
    if (outcome.kind === 'passed') tally.passed++;
    else if (outcome.kind === 'failed') tally.failures.push({ case: name, reason: outcome.reason });
    else tally.unsupported.push({ case: name, operators: outcome.operators });
  }
  bar?.show('running', cases.length, cases.length, `${cases.length} cases`);
  bar?.stop();
  const output = json ? stderr : stdout;
  for (const { case: name, reason } of tally.failures) print(output, `${name}: ${oneLine(reason)}`);
  const missing = countOperators(tally);
  if (missing.size > 0) {
    const list = [...missing].map(([name, count]) => `${name} (${count})`);
    print(output, `operators without an importer, and how many cases use them: ${list.join(', ')}`);
  }
  const { passed, failures, unsupported } = tally;
  print(output, `${passed} passed, ${failures.length} failed, ${unsupported.length} unsupported`);
  if (json) print(stdout, JSON.stringify(tally));
  return failures.length > 0 ? 1 : 0;
}

const oneLine = (text: string): string => text.replaceAll(/\s*\n\s*/g, ' ');

/** How many unsupported cases use each missing operator, by name. */
function countOperators({ unsupported }: Tally): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of unsupported.flatMap(({ operators }) => operators).sort()) {
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}
