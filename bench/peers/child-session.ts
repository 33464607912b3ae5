/**
 * A session in another process, which speaks JSON lines.
 *
 * The child prints {"ready": {"threads", "note"}} or {"skipped": "why"}; then for every line
 * {"seconds", "settle"} that it reads it runs a round and prints {"times": [milliseconds, …]}. It
 * ends when its input does. Other lines that it prints are ignored.
 */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Round, Session, Skipped } from '../session.js';

export interface ChildCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
}

interface Ready {
  readonly threads: number;
  readonly note: string;
}

interface Answer {
  readonly ready?: Ready;
  readonly skipped?: string;
  readonly times?: readonly number[];
}

/** Starts the process and waits until it is ready; throws an Error when it dies. */
export async function openChildSession(
  engine: string,
  { command, args, environment }: ChildCommand,
): Promise<Session | Skipped> {
  const child = spawn(command, args, { env: environment });
  const answers = answersOf(engine, child);
  const first = await next(answers);
  if (first.skipped !== undefined) {
    await end(child);
    return { skipped: `${engine}: ${first.skipped}` };
  }
  if (!first.ready) throw new Error(`${engine}: expected to be told that it is ready`);
  return {
    engine,
    ...first.ready,
    async round(round: Round) {
      child.stdin.write(`${JSON.stringify(round)}\n`);
      const { times } = await next(answers);
      if (!times) throw new Error(`${engine}: expected the times of a round`);
      return times;
    },
    close: () => end(child),
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

async function next(answers: AsyncGenerator<Answer, never>): Promise<Answer> {
  return (await answers.next()).value;
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

async function end(child: ChildProcessWithoutNullStreams): Promise<void> {
  child.stdin.end();
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}
