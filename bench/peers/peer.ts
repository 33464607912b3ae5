/** The contract of an engine that Fovea is measured against, and how names of peers are looked up. */

import type { Fingerprints } from '../fingerprint.js';
import type { Session, Skipped, Step } from '../session.js';

export interface PeerOptions {
  /** Threads to use; a peer that cannot says in its session how many it has. */
  readonly threads: number;
  /** Environment variables for its process, beside those of this one. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A session in a process of its own. */
export interface ChildSession extends Session {
  peakBytes(): Promise<number>;
  /** Milliseconds of the first compilation, of our own engine alone. */
  readonly compileMs?: number;
}

/** A process that opens case after case. */
export interface CaseServer {
  /** A session of the case with this name, which ends with the next; or why there is none. */
  open(caseId: string): Promise<ChildSession | Skipped>;
  close(): Promise<void>;
}

/** One engine, in a process of its own. */
export interface Peer {
  /** As it is asked for on the command line and named in the report. */
  readonly name: string;
  /** Starts its process; says why there is none rather than throw. */
  start(options: PeerOptions): Promise<CaseServer | Skipped>;
}

/** One case in a process for it alone, which ends with the session. */
export async function openCase(
  peer: Peer,
  caseId: string,
  options: PeerOptions,
): Promise<ChildSession | Skipped> {
  const server = await peer.start(options);
  if ('skipped' in server) return server;
  const session = await server.open(caseId);
  if ('skipped' in session) await server.close();
  return 'skipped' in session ? session : { ...session, close: () => server.close() };
}

/** An engine that is a package for Node; bench/peers/serve.ts runs it in a process of its own. */
export interface NodePeer {
  readonly name: string;
  /** Loads the package and builds the step of a case, or null where it has no such case. */
  prepare(caseId: string, options: PeerOptions): Promise<Prepared | null>;
}

export interface Prepared {
  readonly step: Step;
  readonly threads: number;
  readonly note: string;
  /** What the step makes of the data that every engine is given. */
  check?(): Promise<Fingerprints>;
  readonly compileMs?: number;
}

/** A package that is no dependency of ours; throws PackageMissing when it is not installed. */
export async function importOptional<Module>(name: string): Promise<Module> {
  try {
    // NOTE: a variable specifier, so that the compiler does not look for the package.
    return (await import(name)) as Module;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const missing = code === 'ERR_MODULE_NOT_FOUND' && String(error).includes(`'${name}'`);
    if (!missing) throw error;
    throw new PackageMissing(`not installed; npm install --no-save ${name}`);
  }
}

export class PackageMissing extends Error {
  override name = 'PackageMissing';
}

/** The edge of the matrices of the case `matmul/1024`, or null for other cases. */
export function matmulSize(caseId: string): number | null {
  const match = /^matmul\/(\d+)$/.exec(caseId);
  return match ? Number(match[1]) : null;
}
