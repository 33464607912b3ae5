/** Runs a command line and turns what goes wrong into one paragraph and an exit code. */

import { CommanderError } from 'commander';
import { createProgram } from './program.js';
import { print } from './terminal.js';
import type { TrainSurroundings } from './train-command.js';
import { UsageError } from './usage.js';

/** 0 well, 1 failed, 2 not understood, 130 stopped by Ctrl-C. */
export async function run(
  args: readonly string[],
  surroundings: TrainSurroundings,
): Promise<number> {
  let code = 0;
  const onExit = (exitCode: number) => {
    code = exitCode;
  };
  try {
    await createProgram({ ...surroundings, onExit }).parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    // Commander has written its message already; help and version are no errors.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const { stderr } = surroundings.terminal;
    if (process.env.FOVEA_DEBUG && error instanceof Error) print(stderr, error.stack ?? '');
    print(stderr, `fovea: ${error instanceof Error ? error.message : String(error)}`);
    return error instanceof UsageError ? 2 : 1;
  }
}
