/** Random whole graphs on every fast backend, through the whole compiler, against the reference. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backendsUnderTest } from './backends-under-test.js';
import { compareWithReference } from './compared.js';
import { randomGraph } from './random-graph.js';

const count = Number(process.env.FUZZ_COUNT ?? 400);
const first = Number(process.env.FUZZ_SEED ?? 1);

for (const under of backendsUnderTest) {
  test(`${count} random graphs on the ${under.backend.name}`, () => {
    let elements = 0;
    let free = 0;
    const failures: string[] = [];
    for (let seed = first; seed < first + count; seed++) {
      try {
        const { graph, inputs } = randomGraph(seed);
        const compared = compareWithReference(graph, inputs, under);
        elements += compared.elements;
        free += compared.free;
      } catch (error) {
        failures.push(`FUZZ_SEED=${seed} FUZZ_COUNT=1: ${(error as Error).message}`);
      }
    }
    assert.deepEqual(failures, []);
    assert.ok(free < elements / 10, `${free} of ${elements} elements could have any value`);
  });
}
