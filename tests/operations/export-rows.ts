/** Prints the rows of one family as JSON, for generate.py: inputs, expressions and hashes. */

import { families } from './index.js';
import { hashOf, rowsOf } from './row.js';
import { spelled } from './values.js';

const [name] = process.argv.slice(2);
const family = families[name];
if (!family) {
  console.error(`There is no family "${name}"; there are ${Object.keys(families).join(', ')}.`);
  process.exit(1);
}
const rows = Object.entries(family).flatMap(([operation, own]) =>
  rowsOf(own).map((row) => ({
    operation,
    name: row.name,
    torch: row.torch,
    gradient: row.gradient,
    hash: hashOf(row),
    inputs: row.inputs.map(({ shape, dtype, data }) => ({
      shape,
      dtype,
      data: Array.from(data, spelled),
    })),
  })),
);
process.stdout.write(JSON.stringify(rows));
