/** Runs one engine in this process, case after case: `node serve.js tfjs 2`, with 2 threads; see child-session.ts. */

import { createInterface } from 'node:readline';
import { type Round, runRound } from '../session.js';
import { peakResidentBytes } from './peak-resident.js';
import { PackageMissing, type Prepared } from './peer.js';
import { findServed } from './registry.js';

type Question =
  | { readonly open: string }
  | { readonly check: true }
  | { readonly peak: true }
  | Round;

const [name, threads] = process.argv.slice(2);
const served = await findServed(name);
let prepared: Prepared | undefined;
for await (const line of createInterface({ input: process.stdin })) {
  const answer = await answerTo(JSON.parse(line) as Question);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
// Some peers keep workers or timers alive.
process.exit();

async function answerTo(question: Question): Promise<object> {
  if ('open' in question) return open(question.open);
  if ('peak' in question) return { peak: await peakResidentBytes() };
  if (!prepared) throw new Error('expected a case to be opened first');
  if ('check' in question) return { check: (await prepared.check?.()) ?? {} };
  return { times: await runRound(prepared.step, question) };
}

async function open(caseId: string): Promise<object> {
  // The last case's memory goes before the next one's comes.
  prepared = undefined;
  try {
    prepared = (await served.prepare(caseId, { threads: Number(threads) })) ?? undefined;
  } catch (error) {
    if (error instanceof PackageMissing) return { skipped: error.message };
    throw error;
  }
  if (!prepared) return { skipped: `cannot run ${caseId}`, unknownCase: true };
  const { step: _, check: __, ...ready } = prepared;
  return { ready };
}
