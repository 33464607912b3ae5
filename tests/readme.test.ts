/** The README: its code is that of the examples, the examples run, and what it links to exists. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = new URL('../../', import.meta.url);
const readme = await readFile(new URL('README.md', root), 'utf8');
const blocks = [...readme.matchAll(/<!-- examples\/(.+)\.ts -->\n```ts\n([\s\S]*?)```/g)];

test('every code block is an example', async () => {
  assert.equal(blocks.length, readme.match(/```ts/g)?.length);
  for (const [, name, code] of blocks) {
    const source = await readFile(new URL(`examples/${name}.ts`, root), 'utf8');
    assert.equal(code, source.slice(source.indexOf('\n') + 1), name);
  }
});

test('what the README links to exists', () => {
  for (const [, path] of readme.matchAll(/\]\(([^)#]+)\)/g)) {
    assert.ok(existsSync(new URL(path, root)), path);
  }
});

test('every script that the README names exists', async () => {
  const { scripts } = JSON.parse(await readFile(new URL('package.json', root), 'utf8'));
  const named = [...readme.matchAll(/npm (?:run )?(start|test(?::\w+)?|check|bench)\b/g)];
  assert.ok(named.length > 5);
  for (const [, script] of named) assert.ok(script in scripts, script);
});

const expected: Record<string, (output: string) => void> = {
  'train-by-hand': (output) => {
    const losses = [...output.matchAll(/^step \d+: loss (\S+), right \S+$/gm)].map(([, x]) => +x);
    assert.equal(losses.length, 5, output);
    assert.ok(losses[4] < 0.3 && losses[4] < losses[0], output);
  },
  'own-network': (output) => {
    const right = Number(output.match(/^right: (\d+) of 2000$/m)?.[1]);
    assert.ok(right > 1700, output);
  },
};

for (const [, name] of blocks) {
  test(`examples/${name}.ts runs`, async () => {
    const path = fileURLToPath(new URL(`dist/examples/${name}.js`, root));
    const { stdout } = await promisify(execFile)(process.execPath, [path]);
    expected[name](stdout);
  });
}
