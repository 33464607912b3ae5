/**
 * Sessions in another process, which speaks JSON lines.
 *
 * For every case the child prints {"ready": {"threads", "note", "check"}} or {"skipped": "why"}; then
 * for every line {"seconds", "settle"} that it reads it runs a round and prints {"times":
 * [milliseconds, …]}. It ends when its input does. Other lines that it prints are ignored. A case is
 * named on the child's command line or, where one child serves many, in a line {"open": case}.
 */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Fingerprints } from '../fingerprint.js';
import type { Round, Session, Skipped } from '../session.js';
import type { CaseServer } from './peer.js';

export interface ChildCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
}

interface Ready {
  readonly threads: number;
  readonly note: string;
  readonly check?: Fingerprints;
}

interface Answer {
  readonly ready?: Ready;
  readonly skipped?: string;
  readonly times?: readonly number[];
}

interface Child {
  /** The next answer; throws an Error when the process ends instead. */
  next(): Promise<Answer>;
  send(message: object): void;
  end(): Promise<void>;
}

/** Starts the process of one case and waits until it is ready; throws an Error when it dies. */
export async function openChildSession(
  engine: string,
  command: ChildCommand,
): Promise<Session | Skipped> {
  const child = startChild(engine, command);
  const session = await nextSession(engine, child);
  if ('skipped' in session) await child.end();
  return 'skipped' in session ? session : { ...session, close: () => child.end() };
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
async function nextSession(engine: string, child: Child): Promise<Session | Skipped> {
  const { ready, skipped } = await child.next();
  if (skipped !== undefined) return { skipped: `${engine}: ${skipped}` };
  if (!ready) throw new Error(`${engine}: expected to be told that it is ready`);
  return {
    engine,
    ...ready,
    async round(round: Round) {
      child.send(round);
      const { times } = await child.next();
      if (!times) throw new Error(`${engine}: expected the times of a round`);
      return times;
    },
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
    return 'ready' in value || 'skipped' in value || 'times' in value ? (value as Answer) : null;
  } catch {
    return null;
  }
}
