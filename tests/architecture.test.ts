/** The project's imports point down and never in a circle; and the check that says so finds those that do not. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layers, readSources, root, violationsOf } from './architecture.js';

const check = (sources: Record<string, string>): string[] =>
  violationsOf(new Map(Object.entries(sources)));

test('the project keeps to its layers', () => {
  const sources = readSources(root);
  assert.ok(sources.has('src/graph/tensor.ts') && sources.has('tests/architecture.test.ts'));
  assert.deepEqual(violationsOf(sources), []);
});

test('imports may point down, within a layer, and from gradients to operations', () => {
  const sources = {
    'src/index.ts': "export * from './ops/add.js';\n",
    'src/cli/main.ts': "import '../index.js';\nimport { nn } from '../nn/linear.js';\n",
    'src/nn/linear.ts': "import type { Tensor } from '../graph/tensor.js';\n",
    'src/autodiff/rules.ts': "import {\n  add,\n} from '../ops/add.js';\n",
    'src/ops/add.ts': "import { Tensor } from '../graph/tensor.js';\nimport './more.js';\n",
    'src/ops/more.ts': "import { join } from 'node:path';\n",
    'src/graph/tensor.ts': '/**\n * import { x } from "../ops/add.js"\n */\n',
    'tests/linear.test.ts': "import { nn } from '../src/nn/linear.js';\n",
  };
  assert.deepEqual(check(sources), []);
});

for (const [form, text] of Object.entries({
  'an import': "import { add } from '../ops/add.js';\n",
  'a long import': "import {\n  add,\n  type Sum,\n} from '../ops/add.js';\n",
  'an import of types': "import type { Sum } from '../ops/add.js';\n",
  'an import for its effects': "import '../ops/add.js';\n",
  'an export': "export { add } from '../ops/add.js';\n",
  'an export of everything': "export * from '../ops/add.js';\n",
  'an import while running': "const { add } = await import('../ops/add.js');\n",
})) {
  test(`${form} that points up is found`, () => {
    const found = check({ 'src/graph/tensor.ts': text, 'src/ops/add.ts': '' });
    assert.deepEqual(found, [
      'src/graph/tensor.ts imports src/ops/add.ts: graph is below ops, and imports point only down',
    ]);
  });
}

test('every layer sees those below it and none above', () => {
  const path = (layer: string) => `src/${layer.endsWith('.ts') ? layer : `${layer}/file.ts`}`;
  const steps = (layer: string) => (layer.endsWith('.ts') ? './' : '../');
  layers.slice(1).forEach((lower, i) => {
    const upper = layers[i];
    const sources = (from: string, to: string) => ({
      [path(to)]: '',
      [path(from)]: `import '${steps(from)}${path(to).slice(4).replace(/ts$/, 'js')}';\n`,
    });
    assert.deepEqual(check(sources(upper, lower)), []);
    const meant = lower === 'autodiff' && upper === 'ops';
    assert.equal(check(sources(lower, upper)).length, meant ? 0 : 1, `${lower} -> ${upper}`);
  });
});

test('a circle is found once, and named', () => {
  const sources = {
    'src/ops/a.ts': "import { b } from './b.js';\n",
    'src/ops/b.ts': "import { c } from './c.js';\n",
    'src/ops/c.ts': "import { a } from './a.js';\n",
  };
  assert.deepEqual(check(sources), [
    'imports go in a circle: src/ops/a.ts -> src/ops/b.ts -> src/ops/c.ts -> src/ops/a.ts',
  ]);
});

test('types that name each other are no circle', () => {
  const sources = {
    'src/graph/a.ts': "import type { B } from './b.js';\n",
    'src/graph/b.ts': "import { A } from './a.js';\n",
  };
  assert.deepEqual(check(sources), []);
});

test('the library does not lean on what stands around it', () => {
  const sources = {
    'src/ops/a.ts': "import { cases } from '../../tests/cases.js';\n",
    'tests/cases.ts': '',
  };
  assert.deepEqual(check(sources), [
    'src/ops/a.ts imports tests/cases.ts, which is no part of the library',
  ]);
});

test('a file outside every layer is found, and an import of nothing', () => {
  const found = check({ 'src/utils/a.ts': '', 'src/graph/a.ts': "import './gone.js';\n" });
  assert.equal(found.length, 2);
  assert.match(found[0], /^src\/utils\/a.ts is in no layer; move it into one of/);
  assert.equal(found[1], 'src/graph/a.ts imports src/graph/gone.ts, which does not exist');
});
