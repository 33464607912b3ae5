/** Pictures of networks: the structure found in them, folded repeats, and that nothing covers anything. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Tensor } from '../src/graph/tensor.js';
import { blocksOf, layersOf } from '../src/inspect/diagram/blocks.js';
import { folded } from '../src/inspect/diagram/fold.js';
import { drawNetworks, drawNetworksPage } from '../src/inspect/diagram/index.js';
import { type DiagramStyle, pictureOf } from '../src/inspect/diagram/picture.js';
import type { Drawn } from '../src/inspect/diagram/scene.js';
import { type Series, stepsOf, structureOf } from '../src/inspect/diagram/structure.js';
import { countText } from '../src/inspect/diagram/words.js';
import { type LayerGraph, layerGraph } from '../src/inspect/layer-graph.js';
import { createModel, modelNames } from '../src/models/index.js';
import { usualInput } from '../src/models/usual-input.js';
import {
  BatchNorm2d,
  Conv2d,
  Linear,
  MaxPool2d,
  Module,
  Relu,
  Sequential,
  Upsample,
} from '../src/nn/index.js';
import { add, concatenate, flatten, mul } from '../src/ops/index.js';
import { faultsOf, overlap } from './picture-geometry.js';
import { xmlFaults } from './xml-faults.js';

const styles: readonly DiagramStyle[] = ['volumes', 'blocks'];

/** With auxiliary heads, where the network has some. */
function graphOf(name: string): LayerGraph {
  const model = createModel(name);
  for (const [, layer] of model.namedModules()) if (layer instanceof BatchNorm2d) layer.eval();
  const call = (x: Tensor): unknown =>
    'callWithAuxiliary' in model
      ? (model.callWithAuxiliary as (x: Tensor) => unknown)(x)
      : model.call(x);
  return layerGraph([[1, ...usualInput(name)]], call);
}

const graphs = new Map(modelNames().map((name) => [name, graphOf(name)]));
const network = (title: string) => ({ title, graph: graphs.get(title)! });

/** The parts of a series in few letters: `s` a step, `f(|)` a fork with its branches, `3x` a repeat. */
const outline = (series: Series): string =>
  series
    .map((part) => {
      if (part.type === 'step')
        return part.heads.length > 0 ? `s[${part.heads.map(outline)}]` : 's';
      if (part.type === 'mesh') return `m${part.steps.length}`;
      if (part.type === 'repeat') return `${part.times.length}x{${outline(part.times[0])}}`;
      const heads = part.join?.heads.map((head) => `[${outline(head)}]`).join('') ?? '';
      return `f(${part.branches.map(outline).join('|')})${part.join ? '' : '!'}${heads}`;
    })
    .join('');

const outlineOf = (graph: LayerGraph): string => outline(folded(structureOf(blocksOf(graph))));

test('the structure of networks is that of their papers', () => {
  const outlines = Object.fromEntries(
    [...graphs].map(([name, graph]) => [name, outlineOf(graph)] as const),
  );
  const inception = 'f(s|ss|ss|ss)';
  assert.equal(outlines.lenet5, 's'.repeat(8));
  assert.equal(outlines.vgg16, 's'.repeat(1 + 13 + 5 + 1 + 3));
  assert.equal(outlines.vgg16_bn, outlines.vgg16);
  assert.equal(outlines.alexnet, 's'.repeat(1 + 5 + 3 + 1 + 3));
  assert.equal(outlines.resnet18, `sss2x{f(ss|)}${'f(ss|s)f(ss|)'.repeat(3)}ss`);
  assert.equal(
    outlines.resnet152,
    'sssf(sss|s)2x{f(sss|)}f(sss|s)7x{f(sss|)}f(sss|s)35x{f(sss|)}f(sss|s)2x{f(sss|)}ss',
  );
  assert.equal(outlines.resnet110, 'ss18x{f(ss|)}f(ss|)17x{f(ss|)}f(ss|)17x{f(ss|)}ss');
  assert.equal(
    outlines.googlenet,
    `ssssss${inception.repeat(2)}s${inception}[ssss]${inception.repeat(3)}[ssss]${inception}s${inception.repeat(2)}ss`,
  );
  const [a, b, c, d] = ['f(s|ss|sss|ss)', 'f(s|sss|s)', 'f(sssss|s|sss|ss)', 'f(ss|ssss|s)'];
  // Rows and columns side by side meet where the branches around them meet.
  const e = 'f(sf(s|s)!|ssf(s|s)!|s|ss)';
  assert.equal(
    outlines.inception_v3,
    `${'s'.repeat(8)}${a.repeat(3)}${b}${c}2x{${c}}${c}[sssss]${d}${e}${e}ss`,
  );
});

test('every layer of every network is drawn once, as often as it comes', () => {
  for (const [name, { nodes }] of graphs) {
    const series = folded(structureOf(blocksOf({ nodes, outputs: graphs.get(name)!.outputs })));
    const all = stepsOf(series).flatMap(({ block }) => layersOf(block).map(({ id }) => id));
    assert.deepEqual(
      all.sort((a, b) => a - b),
      nodes.map(({ id }) => id),
      name,
    );
    for (const style of styles) {
      const { items } = pictureOf([network(name)], { style });
      const drawn = items.filter((item): item is Drawn => item.type === 'layer');
      assert.equal(new Set(drawn.map(({ layer }) => layer.id)).size, drawn.length, name);
      assert.equal(
        drawn.reduce((sum, { times }) => sum + times, 0),
        nodes.length,
        `${name}: ${style}`,
      );
    }
  }
});

test('nothing covers anything else, or sticks out', () => {
  for (const style of styles) {
    for (const name of modelNames()) {
      assert.deepEqual(faultsOf(pictureOf([network(name)], { style })), [], `${name}: ${style}`);
    }
    const four = ['alexnet', 'vgg16', 'googlenet', 'resnet18'].map(network);
    assert.deepEqual(faultsOf(pictureOf(four, { style })), [], style);
  }
  const narrow = pictureOf([network('googlenet_2014')], { width: 500 });
  assert.deepEqual(faultsOf(narrow), []);
});

test('what covers something else is found', () => {
  const scene = pictureOf([network('lenet5')]);
  const moved = (at: number) =>
    scene.items.map((item, i) =>
      i === at && item.type === 'text'
        ? { ...item, at: { x: item.at.x + 25, y: item.at.y + 40 } }
        : item,
    );
  const texts = scene.items.flatMap((item, i) => (item.type === 'text' ? [i] : []));
  const found = texts.filter((at) => faultsOf({ ...scene, items: moved(at) }).length > 0);
  assert.ok(found.length > texts.length / 2, `${found.length} of ${texts.length}`);
  assert.match(faultsOf({ ...scene, width: 100 })[0], /sticks out/);
  const line = { type: 'line', arrow: false, look: 'flow' } as const;
  const points = [
    { x: 0, y: scene.height / 2 },
    { x: scene.width, y: scene.height / 2 },
  ];
  const crossed = faultsOf({ ...scene, items: [...scene.items, { ...line, points }] });
  assert.ok(crossed.length > 5 && crossed.every((fault) => /a line crosses/.test(fault)));
  const square = (x: number) => [
    { x, y: 0 },
    { x: x + 2, y: 0 },
    { x: x + 2, y: 2 },
    { x, y: 2 },
  ];
  assert.deepEqual([overlap(square(0), square(2)), overlap(square(0), square(1.5))], [0, 0.5]);
});

/** Every layer reads all before it, as in DenseNet. */
class Dense extends Module {
  readonly layers = [0, 1, 2, 3].map(
    (i) => new Conv2d(4 + 4 * i, 4, { kernelSize: 3, padding: 1 }),
  );
  forward(x: Tensor): Tensor {
    const features = [x];
    for (const layer of this.layers) features.push(layer.call(concatenate(features, 1)));
    return concatenate(features, 1);
  }
}

/** Goes down and up again, with what was before beside it. */
class UNet extends Module {
  readonly down = new Sequential(new MaxPool2d({ kernelSize: 2 }), conv(8, 16), new Relu());
  readonly first = conv(4, 8);
  readonly up = new Upsample({ scaleFactor: 2 });
  readonly last = conv(24, 4);
  forward(x: Tensor): Tensor {
    const large = this.first.call(x);
    return this.last.call(concatenate([large, this.up.call(this.down.call(large))], 1));
  }
}

const conv = (from: number, to: number) => new Conv2d(from, to, { kernelSize: 3, padding: 1 });

test('networks of any kind are drawn', () => {
  const dense = new Dense();
  const unet = new UNet();
  const shared = new Linear(8, 8);
  const cases = {
    dense: layerGraph([[1, 4, 16, 16]], (x) => dense.call(x)),
    unet: layerGraph([[1, 4, 16, 16]], (x) => unet.call(x)),
    'two inputs': layerGraph(
      [
        [1, 4, 16, 16],
        [1, 4, 16, 16],
      ],
      (a, b) => mul(conv(4, 4).call(a), b),
    ),
    'two outputs': layerGraph([[1, 8]], (x) => [shared.call(x), new Linear(8, 2).call(x)]),
    'nothing but an input': layerGraph([[1, 8]], (x) => x),
    'a loop': layerGraph([[1, 8]], (x) => {
      let y = x;
      for (let i = 0; i < 6; i++) y = add(shared.call(y), y);
      return y;
    }),
    flat: layerGraph([[1, 6, 4]], (x) => flatten(x, { startDim: 1 })),
  };
  assert.deepEqual(
    Object.entries(cases).map(([name, graph]) => `${name}: ${outlineOf(graph)}`),
    [
      'dense: sf(m7|)',
      'unet: ssf(sss|)s',
      'two inputs: f(ss|s)',
      'two outputs: s[s]s',
      'nothing but an input: s',
      'a loop: s6x{f(s|)}',
      'flat: s',
    ],
  );
  for (const style of styles) {
    for (const [title, graph] of Object.entries(cases)) {
      const scene = pictureOf([{ title, graph }], { style });
      assert.deepEqual(faultsOf(scene), [], `${title}: ${style}`);
      assert.deepEqual(xmlFaults(drawNetworks([{ title, graph }], { style })), []);
    }
  }
});

test('blocks in a row are folded from five on', () => {
  const row = (count: number) => {
    const model = new Sequential(...Array.from({ length: count }, () => conv(4, 4)));
    return outlineOf(layerGraph([[1, 4, 8, 8]], (x) => model.call(x)));
  };
  assert.deepEqual([row(4), row(5)], ['sssss', 's5x{s}']);
});

test('pictures are well-formed, escaped, and need nothing from elsewhere', () => {
  const title = `<b onclick="x">&amp;'\u0001\ud800</b>`;
  const graph = graphs.get('resnet18')!;
  for (const style of styles) {
    const svg = drawNetworks([{ title, graph }], { style });
    assert.deepEqual(xmlFaults(svg), []);
    assert.ok(!svg.includes('<b') && svg.includes('&lt;b onclick=&quot;x&quot;&gt;&amp;amp;'));
    const page = drawNetworksPage([{ title, graph }], { style });
    assert.ok(page.includes(svg.trim()) && !page.includes('<b onclick'));
    for (const text of [svg, page]) {
      const links = text.match(/https?:[^"')\s]*/g) ?? [];
      assert.deepEqual(new Set(links), new Set(['http://www.w3.org/2000/svg']));
    }
    assert.match(svg, /prefers-color-scheme:dark/);
    assert.match(svg, /<title>layer1\.0\.conv1: 3×3 conv 64 \(×2\)\noutput 56×56×64\n36\.9 K/);
  }
});

test('what is no well-formed XML is found', () => {
  for (const text of [
    '<a><b></a></b>',
    '<a x="1" x="2"/>',
    '<a>&b</a>',
    '<a/><b/>',
    '<a',
    'a<b/>',
  ]) {
    assert.notDeepEqual(xmlFaults(text), [], text);
  }
  assert.deepEqual(xmlFaults('<a x="1">&lt;<b/></a>'), []);
});

test('counts are written in three digits', () => {
  assert.deepEqual(
    [0, 999, 1000, 61_706, 999_499, 999_600, 138_357_544, 1_497_354_240].map(countText),
    ['0', '999', '1.00 K', '61.7 K', '999 K', '1.00 M', '138 M', '1.50 G'],
  );
});

test('titles give the totals, those of auxiliary heads apart', () => {
  const svg = drawNetworks([network('googlenet')]);
  assert.match(svg, /6\.62 M parameters · 6\.38 M in auxiliary heads · 1\.50 G multiply-adds/);
  assert.match(drawNetworks([network('vgg16')]), /138 M parameters · 15\.5 G multiply-adds/);
});
