/**
 * Sessions in another process, which speaks JSON lines.
 *
 * For every line {"open": case} the child prints {"ready": {"threads", "note"}} or {"skipped": "why"};
 * then for {"check": true} it prints {"check": fingerprints}, for {"seconds", "settle"} it runs a round
 * and prints {"times": [milliseconds, …]}, and for {"peak": true} it prints {"peak": bytes}. It ends when
 * its input does. Other lines that it prints are ignored.
 */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Fingerprints } from '../fingerprint.js';
import type { Skipped } from '../session.js';
import type { CaseServer, ChildSession } from './peer.js';

export interface ChildCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
}

interface Answer {
  readonly ready?: {
    readonly threads: number;
    readonly note: string;
    /** Of our own engine alone. */
    readonly compileMs?: number;
  };
  readonly skipped?: string;
  readonly unknownCase?: boolean;
  readonly check?: Fingerprints;
  readonly times?: readonly number[];
  readonly peak?: number;
}

/** What an answer may be known by. */
const answerKeys: readonly (keyof Answer)[] = ['ready', 'skipped', 'check', 'times', 'peak'];

interface Child {
  /** The next answer; throws an Error when the process ends instead. */
  next(): Promise<Answer>;
  send(message: object): void;
  end(): Promise<void>;
}

/** Starts a process that opens case after case; throws an Error when it dies. */
export function startCaseServer(engine: string, command: ChildCommand): CaseServer {
  const child = startChild(engine, command);
  return {
    open(caseId) {
      child.send({ open: caseId });
      return nextSession(engine, child);
    },
    close: () => child.end(),
  };
}

/** The session that the child announces next; closing it leaves the child running. */
async function nextSession(engine: string, child: Child): Promise<ChildSession | Skipped> {
  const { ready, skipped, unknownCase } = await child.next();
  if (skipped !== undefined) return { skipped: `${engine}: ${skipped}`, unknownCase };
  if (!ready) throw new Error(`${engine}: expected to be told that it is ready`);
  const ask = async <Key extends keyof Answer>(message: object, key: Key) => {
    child.send(message);
    const answer = (await child.next())[key];
    if (answer === undefined) throw new Error(`${engine}: expected an answer with ${key}`);
    return answer;
  };
  return {
    engine,
    ...ready,
    check: () => ask({ check: true }, 'check'),
    round: (round) => ask(round, 'times'),
    peakBytes: () => ask({ peak: true }, 'peak'),
    close: async () => {},
  };
}

function startChild(engine: string, { command, args, environment }: ChildCommand): Child {
  const child = spawn(command, args, { env: environment });
  const answers = answersOf(engine, child);
  return {
    next: async () => (await answers.next()).value,
    send: (message) => child.stdin.write(`${JSON.stringify(message)}\n`),
    async end() {
      child.stdin.end();
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}

/** The answers of `child`, one after the other; throws when it ends instead of answering. */
async function* answersOf(
  engine: string,
  child: ChildProcessWithoutNullStreams,
): AsyncGenerator<Answer, never> {
  let complaints = '';
  child.stderr.on('data', (chunk) => {
    complaints = `${complaints}${chunk}`.slice(-2000);
  });
  // A process that is gone is noticed by the end of its output, not by the failing write.
  child.stdin.on('error', () => {});
  let failure: Error | null = null;
  child.on('error', (error) => {
    failure = error;
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const answer = parse(line);
    if (answer) yield answer;
  }
  const reason = failure ? String(failure) : complaints.trim();
  throw new Error(`${engine}: its process ended early${reason ? `: ${reason}` : ''}`);
}

/** The answer in a line, or null for what libraries print of their own accord. */
function parse(line: string): Answer | null {
  if (!line.startsWith('{')) return null;
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null) return null;
    return answerKeys.some((key) => key in value) ? (value as Answer) : null;
  } catch {
    return null;
  }
}
