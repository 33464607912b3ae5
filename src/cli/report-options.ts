/** The options of `fovea report` and `fovea runs`. */

import type { Command } from 'commander';
import { type ReportOptions, reportCommand } from './report-command.js';
import { compareRunsCommand, type RunsOptions, runsCommand } from './runs-command.js';
import type { Terminal } from './terminal.js';

/** Adds the commands that show runs; `done` hears their exit codes. */
export function addReports(
  program: Command,
  terminal: Terminal,
  done: (code: number) => void,
): readonly Command[] {
  const report = program
    .command('report')
    .description('write the page of a run again: curves, mistakes, filters, samples')
    .argument('<run>', 'the folder of a run')
    .option('--out <file>', 'the page (default: report.html in the folder)')
    .option('--json', 'write one line of JSON to standard output')
    .action(async (folder: string, options: ReportOptions) => {
      done(await reportCommand(folder, options, { terminal }));
    });
  const runs = program.command('runs').description('show the runs in a folder');
  const list = runs
    .command('list', { isDefault: true })
    .description('a table of runs (what "fovea runs" shows)')
    .argument('[folder]', 'a folder with the folders of runs', 'runs')
    .option('--json', 'write one line of JSON to standard output')
    .action(async (folder: string, options: RunsOptions) => {
      done(await runsCommand(folder, options, terminal));
    });
  const compare = runs
    .command('compare')
    .description('lay the curves of runs over each other in one page')
    .argument('<runs...>', 'folders of runs')
    .option('--out <file>', 'the page', 'runs.html')
    .option('--json', 'write one line of JSON to standard output')
    .action(async (folders: string[], options: RunsOptions & { out?: string }) => {
      done(await compareRunsCommand(folders, options, terminal));
    });
  return [report, runs, list, compare];
}
