/** Runs one Node peer on one case: `node serve.js tfjs lenet5/train/b64`; see child-session.ts. */

import { createInterface } from 'node:readline';
import { type Round, runRound } from '../session.js';
import { PackageMissing, type Prepared } from './peer.js';
import { nodePeers } from './registry.js';

const print = (answer: object): void => {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
};

const [name, caseId] = process.argv.slice(2);
const prepared = await prepare();
if (typeof prepared === 'string') print({ skipped: prepared });
else {
  const { step, threads, note } = prepared;
  print({ ready: { threads, note } });
  for await (const line of createInterface({ input: process.stdin })) {
    print({ times: await runRound(step, JSON.parse(line) as Round) });
  }
}
// Some peers keep workers or timers alive.
process.exit();

async function prepare(): Promise<Prepared | string> {
  const peer = nodePeers.find((candidate) => candidate.name === name);
  if (!peer) throw new Error(`no peer is called ${name}`);
  try {
    return (await peer.prepare(caseId)) ?? `cannot run ${caseId}`;
  } catch (error) {
    if (error instanceof PackageMissing) return error.message;
    throw error;
  }
}
