/** Our own engine as a session: a compiled step, how long it took to compile and what it consists of. */

import { threadCount } from '../src/backends/default-backend.js';
import type { KernelTime } from '../src/compiler/index.js';
import type { Compiled, ProgramDescription, Tensor, TensorTree } from '../src/index.js';
import { runRound, type Session } from './session.js';

export interface OwnSession extends Session {
  /** Milliseconds of the first compilation: tracing, compiling and loading. */
  readonly compileMs: number;
  /** Milliseconds of the first step after it. */
  readonly firstStepMs: number;
  step(): unknown;
  describe(): ProgramDescription;
  profile(): KernelTime[];
}

/** Compiles `compiled` for `args` and runs it once. */
export function openOwnSession<Args extends readonly Tensor[], Result extends TensorTree>(
  compiled: Compiled<Args, Result>,
  ...args: Args
): OwnSession {
  const start = performance.now();
  const program = compiled.program(...args);
  const compiledAt = performance.now();
  const step = () => compiled(...args);
  step();
  const steppedAt = performance.now();
  const { backend } = program.describe();
  return {
    engine: 'fovea',
    threads: backend === 'reference' ? 1 : threadCount(),
    note: `${backend} backend`,
    compileMs: compiledAt - start,
    firstStepMs: steppedAt - compiledAt,
    step,
    describe: () => program.describe(),
    profile: () => program.profile(...args),
    round: (round) => runRound(step, round),
    close: async () => compiled.dispose(),
  };
}
