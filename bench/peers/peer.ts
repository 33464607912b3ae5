/** The contract of an engine that Fovea is measured against, and how names of peers are looked up. */

import type { Session, Skipped, Step } from '../session.js';

export interface PeerOptions {
  /** Threads to use; a peer that cannot says in its session how many it has. */
  readonly threads: number;
}

/** A process that opens case after case, which is faster than a process for each. */
export interface CaseServer {
  /** A session of the case with this name, which ends with the next; or why there is none. */
  open(caseId: string): Promise<Session | Skipped>;
  close(): Promise<void>;
}

/** One engine, in a process of its own. */
export interface Peer {
  /** As it is asked for on the command line and named in the report. */
  readonly name: string;
  /** One process for many short cases; says why there is none rather than throw. */
  start?(options: PeerOptions): Promise<CaseServer | Skipped>;
  /** A session of the case with this name; says why there is none rather than throw. */
  open(caseId: string, options: PeerOptions): Promise<Session | Skipped>;
}

/** An engine that is a package for Node; bench/peers/serve.ts runs it in a process of its own. */
export interface NodePeer {
  readonly name: string;
  /** Loads the package and builds the step of a case, or null where it has no such case. */
  prepare(caseId: string): Promise<Prepared | null>;
}

export interface Prepared {
  readonly step: Step;
  readonly threads: number;
  readonly note: string;
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
