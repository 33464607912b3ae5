/** The `fovea` command. */

import '../index.js';
import { run } from './run.js';
import { processTerminal } from './terminal.js';

const code = await run(process.argv.slice(2), { terminal: processTerminal() });
// Threads of a backend would keep the process alive; what was written must get out first.
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
