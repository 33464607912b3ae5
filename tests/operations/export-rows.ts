/** Prints the rows of one family as JSON, for generate.py: inputs, expressions and hashes; without a name, all names. */

import { families } from './index.js';
import { type Family, hashOf, rowsOf } from './row.js';
import { spelled } from './values.js';

const rowsIn = (family: Family) =>
  Object.entries(family).flatMap(([operation, own]) =>
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

const names = Object.keys(families);
const name: string | undefined = process.argv[2];
if (name !== undefined && !names.includes(name)) {
  console.error(`There is no family "${name}"; there are ${names.join(', ')}.`);
  process.exit(1);
}
process.stdout.write(JSON.stringify(name === undefined ? names : rowsIn(families[name])));
