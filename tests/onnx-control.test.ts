/** ONNX's control flow and functions: branches, loops, and operators that the file defines itself. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { loadOnnx, readOnnxTensor } from '../src/formats/index.js';
import { compile, grad, sum, type Tensor, tensor } from '../src/index.js';
import { runInRuntime, skip } from './onnx-runtime.js';
import {
  type FunctionToWrite,
  type GraphToWrite,
  type ModelToWrite,
  writeModel,
  writeTensor,
} from './onnx-writer.js';

const x = tensor([1, 2, 3], [3]);
const scalar = (name: string, value: number, type: 'float32' | 'int64' | 'bool' = 'float32') => ({
  name,
  type,
  dims: [],
  values: [value],
});

/** y = 2 x if `condition` else x - b, which is a parameter inside the branch. */
const branching: ModelToWrite = {
  nodes: [
    {
      name: 'choice',
      operator: 'If',
      inputs: ['condition'],
      attributes: {
        then_branch: {
          graph: {
            nodes: [{ operator: 'Add', inputs: ['x', 'x'], outputs: ['t'] }],
            outputs: ['t'],
          },
        },
        else_branch: {
          graph: {
            nodes: [{ operator: 'Sub', inputs: ['x', 'b'], outputs: ['e'] }],
            initializers: [scalar('b', 5)],
            outputs: ['e'],
          },
        },
      },
    },
  ],
  inputs: { x: ['float32', 3], condition: ['bool'] },
};

describe('If', () => {
  const truth = (value: number) => tensor([value], [], 'bool');

  test('takes the branch that its condition says, which sees the values around it', () => {
    const model = loadOnnx(writeModel(branching), 'm.onnx');
    assert.deepEqual([...model.call({ x, condition: truth(1) }).y.data()], [2, 4, 6]);
    assert.deepEqual([...model.call({ x, condition: truth(0) }).y.data()], [-4, -3, -2]);
    assert.deepEqual(
      model.namedParameters().map(([name]) => name),
      ['b'],
    );
  });

  test('a condition that is unknown while it is compiled chooses between both results', () => {
    const model = loadOnnx(writeModel(branching), 'm.onnx');
    const run = compile((condition: Tensor) => {
      const { y } = model.call({ x, condition });
      return { y, db: grad(sum(y), model.parameters())[0] };
    });
    const yes = run(truth(1));
    assert.deepEqual([[...yes.y.data()], yes.db.item()], [[2, 4, 6], 0]);
    const no = run(truth(0));
    assert.deepEqual([[...no.y.data()], no.db.item()], [[-4, -3, -2], -3]);
  });

  test('branches of different shapes need a known condition', () => {
    const [{ attributes }] = branching.nodes;
    const longer: GraphToWrite = {
      nodes: [
        {
          operator: 'Concat',
          inputs: ['x', 'x'],
          outputs: ['t'],
          attributes: { axis: { int: 0 } },
        },
      ],
      outputs: ['t'],
    };
    const nodes = [
      { ...branching.nodes[0], attributes: { ...attributes, then_branch: { graph: longer } } },
    ];
    const model = loadOnnx(writeModel({ ...branching, nodes }), 'm.onnx');
    assert.deepEqual(model.call({ x, condition: truth(1) }).y.shape, [6]);
    const run = compile((condition: Tensor) => model.call({ x, condition }).y);
    assert.throws(() => run(truth(1)), {
      message: /node 'choice' .*output 0 is float32 \[6\] in one branch and float32 \[3\]/,
    });
  });

  test('a branch may read only what is there', () => {
    const [{ attributes }] = branching.nodes;
    const graph = { nodes: [{ operator: 'Neg', inputs: ['later'] }] };
    const nodes = [
      { ...branching.nodes[0], attributes: { ...attributes, then_branch: { graph } } },
    ];
    assert.throws(() => loadOnnx(writeModel({ ...branching, nodes }), 'm.onnx'), {
      message: /\(Neg\) reads 'later', which nothing before it makes/,
    });
  });
});

/** Sums and doubles: state s -> s + x, scanned output 2 s. */
const body = (condition: string): GraphToWrite => ({
  nodes: [
    { operator: 'Add', inputs: ['s', 'x'], outputs: ['next'] },
    { operator: 'Add', inputs: ['s', 's'], outputs: ['twice'] },
    {
      operator: 'ReduceSum',
      inputs: ['next'],
      outputs: ['total'],
      attributes: { keepdims: { int: 0 } },
    },
    { operator: 'Less', inputs: ['total', 'limit'], outputs: ['small'] },
    { operator: 'Identity', inputs: ['kept'], outputs: ['same'] },
  ],
  inputs: { i: ['int64'], kept: ['bool'], s: ['float32', 3] },
  outputs: { [condition]: ['bool'], next: ['float32', 3], twice: ['float32', 3] },
});

const looping = (condition: string): ModelToWrite => ({
  nodes: [
    {
      name: 'loop',
      operator: 'Loop',
      inputs: ['trips', 'start', 'x'],
      outputs: ['last', 'all'],
      attributes: { body: { graph: body(condition) } },
    },
  ],
  inputs: { x: ['float32', 3] },
  initializers: [
    scalar('trips', 4, 'int64'),
    scalar('start', 1, 'bool'),
    // Read within the body alone, as a number that decides how often it runs.
    scalar('limit', 15),
  ],
  outputs: ['last', 'all'],
});

describe('Loop and Scan', () => {
  test('a loop runs as often as it is told to', () => {
    const model = loadOnnx(writeModel(looping('same')), 'm.onnx');
    const run = compile((given: Tensor) => model.call({ x: given }));
    const { last, all } = run(x);
    assert.deepEqual([...last.data()], [5, 10, 15]);
    assert.deepEqual(all.shape, [4, 3]);
    assert.deepEqual([...all.data()], [2, 4, 6, 4, 8, 12, 6, 12, 18, 8, 16, 24]);
  });

  test('a loop ends when its condition does, as in onnxruntime', { skip }, async () => {
    const bytes = writeModel(looping('small'));
    const model = loadOnnx(bytes, 'm.onnx');
    const { last, all } = model.call({ x });
    const given = readOnnxTensor(writeTensor({ dims: [3], values: [1, 2, 3] }), 'x');
    const expected = await runInRuntime(bytes, { x: given });
    assert.deepEqual([...last.data()], expected.get('last')!.values);
    assert.deepEqual([...all.data()], expected.get('all')!.values);
    assert.throws(() => compile((g: Tensor) => model.call({ x: g }).last)(x), {
      message: /node 'loop' .*how often the body runs depends on inputs/,
    });
  });

  test('a loop that does not end is ended', () => {
    const forever = looping('same');
    const initializers = [
      {
        ...scalar('trips', 0, 'int64'),
        values: undefined,
        raw: new Uint8Array([...Array(7).fill(255), 127]),
      },
      ...forever.initializers!.slice(1),
    ];
    const model = loadOnnx(writeModel({ ...forever, initializers } as ModelToWrite), 'm.onnx');
    assert.throws(() => model.call({ x }), { message: /ran more than \d+ times/ });
  });

  for (const [name, extra] of [
    ['forward', {}],
    [
      'backward, along the second axis',
      { scan_input_directions: { ints: [1] }, scan_input_axes: { ints: [1] } },
    ],
    [
      'with outputs in reverse',
      { scan_output_directions: { ints: [1] }, scan_output_axes: { ints: [1] } },
    ],
  ] as const) {
    test(`a scan ${name} is as in onnxruntime`, { skip }, async () => {
      const bytes = writeModel({
        nodes: [
          {
            operator: 'Scan',
            inputs: ['s', 'x'],
            outputs: ['last', 'all'],
            attributes: {
              num_scan_inputs: { int: 1 },
              body: {
                graph: {
                  nodes: [
                    { operator: 'Add', inputs: ['state', 'row'], outputs: ['next'] },
                    { operator: 'Mul', inputs: ['next', 'row'], outputs: ['product'] },
                  ],
                  inputs: { state: ['float32', 3], row: ['float32', 3] },
                  outputs: { next: ['float32', 3], product: ['float32', 3] },
                },
              },
              ...extra,
            },
          },
        ],
        inputs: { s: ['float32', 3], x: ['float32', 3, 3] },
        outputs: ['last', 'all'],
      });
      const inputs = {
        s: readOnnxTensor(writeTensor({ dims: [3], values: [1, 2, 3] }), 's'),
        x: readOnnxTensor(writeTensor({ dims: [3, 3], values: [4, 1, 2, 9, 3, 8, 5, 7, 6] }), 'x'),
      };
      const expected = await runInRuntime(bytes, inputs);
      const got = loadOnnx(bytes, 'm.onnx').values(inputs);
      for (const output of ['last', 'all']) {
        const { shape, data } = got.get(output)!.known()!;
        assert.deepEqual(
          { shape, values: Array.from(data, Number) },
          {
            shape: expected.get(output)!.shape,
            values: expected.get(output)!.values,
          },
        );
      }
    });
  }
});

describe('functions that a file defines', () => {
  /** leaky(a) = LeakyRelu(a) with its alpha, twice(a) = leaky(a) + leaky(-a) through a branch. */
  const functions: readonly FunctionToWrite[] = [
    {
      name: 'leaky',
      domain: 'own',
      opset: 16,
      inputs: ['a'],
      outputs: ['b'],
      defaults: { slope: { float: 0.5 } },
      nodes: [
        {
          operator: 'LeakyRelu',
          inputs: ['a'],
          outputs: ['b'],
          attributes: { alpha: { reference: 'slope' } },
        },
      ],
    },
    {
      name: 'both',
      domain: 'own',
      opset: 16,
      inputs: ['a', 'unused'],
      outputs: ['sum'],
      nodes: [
        { operator: 'Neg', inputs: ['a'], outputs: ['n'] },
        { operator: 'leaky', domain: 'own', inputs: ['a'], outputs: ['p'] },
        {
          operator: 'leaky',
          domain: 'own',
          inputs: ['n'],
          outputs: ['q'],
          attributes: { slope: { float: 0.25 } },
        },
        { operator: 'Add', inputs: ['p', 'q'], outputs: ['added'] },
        {
          operator: 'Softmax',
          inputs: ['added'],
          outputs: ['sum'],
          attributes: { axis: { int: 0 } },
        },
      ],
    },
  ];
  const calling: ModelToWrite = {
    functions,
    nodes: [
      { name: 'one', operator: 'both', domain: 'own', inputs: ['x'], outputs: ['h'] },
      { name: 'two', operator: 'both', domain: 'own', inputs: ['h'] },
    ],
    inputs: { x: ['float32', 2, 2] },
  };

  test('are run as the nodes that they are made of, each call with its attributes', {
    skip,
  }, async () => {
    const bytes = writeModel(calling);
    const input = readOnnxTensor(writeTensor({ dims: [2, 2], values: [1, -2, 0.5, 3] }), 'x');
    const expected = (await runInRuntime(bytes, { x: input })).get('y')!;
    const { data } = loadOnnx(bytes, 'm.onnx').values({ x: input }).get('y')!.known()!;
    Array.from(data, Number).forEach((value, i) => {
      assert.ok(Math.abs(value - expected.values[i]) < 1e-6, `${value}, not ${expected.values[i]}`);
    });
  });

  test('may be written for another version of the operators than the model', () => {
    const softmax = { operator: 'Softmax', inputs: ['a'], outputs: ['b'] };
    const own = { name: 'joint', domain: 'own', inputs: ['a'], outputs: ['b'], nodes: [softmax] };
    const sumOf = (opset: number) => {
      const nodes = [{ operator: 'joint', domain: 'own' }];
      const bytes = writeModel({
        functions: [{ ...own, opset }],
        nodes,
        inputs: { x: ['float32', 1, 2, 2] },
      });
      return sum(loadOnnx(bytes, 'm.onnx').call({ x: tensor([1, 2, 3, 4], [1, 2, 2]) }).y).item();
    };
    // Before version 13 all axes from the second on are one.
    assert.ok(Math.abs(sumOf(12) - 1) < 1e-6);
    assert.ok(Math.abs(sumOf(13) - 2) < 1e-6);
  });

  test('that call themselves, or each other without end, are refused', () => {
    const again = {
      ...functions[0],
      nodes: [{ operator: 'leaky', domain: 'own', inputs: ['a'], outputs: ['b'] }],
    };
    assert.throws(
      () => loadOnnx(writeModel({ ...calling, functions: [again, functions[1]] }), 'm'),
      {
        name: 'FormatError',
        message: /the function leaky calls itself/,
      },
    );
    // Each of thirty functions calls the next one twice.
    const doubling = Array.from({ length: 30 }, (_, i) => ({
      ...{ name: `f${i}`, domain: 'own', opset: 16, inputs: ['a'], outputs: ['b'] },
      nodes: [0, 1].map((place) => ({
        ...(i < 29 ? { operator: `f${i + 1}`, domain: 'own' } : { operator: 'Neg' }),
        inputs: [place === 0 ? 'a' : 'c'],
        outputs: [place === 0 ? 'c' : 'b'],
      })),
    }));
    const nodes = [{ operator: 'f0', domain: 'own' }];
    assert.throws(() => loadOnnx(writeModel({ functions: doubling, nodes }), 'm'), {
      name: 'FormatError',
      message: /expand to more than \d+ nodes/,
    });
  });
});
