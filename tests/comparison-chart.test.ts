/** The chart of networks: circles where and as large as the numbers say, names that hide nothing, light and dark. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ValueError } from '../src/index.js';
import { type Circle, placeLabels } from '../src/inspect/comparison/labels.js';
import { scaleFor } from '../src/inspect/comparison/scale.js';
import { type ComparedNetwork, comparisonChart, comparisonPage } from '../src/inspect/index.js';
import { refuses } from './refusal.js';

const network = (name: string, values: Partial<ComparedNetwork> = {}): ComparedNetwork => ({
  ...{ name, multiplyAdds: 1e9, parameters: 1e6, accuracy: 70, group: 'one' },
  ...values,
});

/** The circles of networks in a chart, by name. */
function circlesOf(svg: string): Map<string, Circle> {
  const found = svg.matchAll(
    /<title>([^:]*):[^<]*<\/title><circle class="area" cx="([\d.]+)" cy="([\d.]+)" r="([\d.]+)"/g,
  );
  return new Map(
    [...found].map(([, name, x, y, radius]) => [
      name,
      { x: Number(x), y: Number(y), radius: Number(radius) },
    ]),
  );
}

test('circles lie at their operations and accuracy; areas are in proportion to parameters', () => {
  const svg = comparisonChart([
    network('a', { multiplyAdds: 2e9, accuracy: 60, parameters: 100e6 }),
    network('b', { multiplyAdds: 4e9, accuracy: 70, parameters: 25e6 }),
    network('c', { multiplyAdds: 8e9, accuracy: 75, parameters: 50e6 }),
  ]);
  const circles = circlesOf(svg);
  const [a, b, c] = ['a', 'b', 'c'].map((name) => circles.get(name)!);
  assert.ok(Math.abs((c.x - b.x) / (b.x - a.x) - 2) < 0.01);
  assert.ok(Math.abs((c.y - b.y) / (b.y - a.y) - 0.5) < 0.01);
  assert.ok(Math.abs(a.radius / b.radius - 2) < 0.01);
  assert.ok(Math.abs((a.radius / c.radius) ** 2 - 2) < 0.01);
  assert.match(svg, /multiply-adds for one picture \(billions\)/);
});

test('operations of many sizes are on a logarithmic axis', () => {
  const svg = comparisonChart([
    network('a', { multiplyAdds: 1e6 }),
    network('b', { multiplyAdds: 1e8, accuracy: 71 }),
    network('c', { multiplyAdds: 1e10, accuracy: 72 }),
  ]);
  const circles = circlesOf(svg);
  const [a, b, c] = ['a', 'b', 'c'].map((name) => circles.get(name)!);
  assert.ok(Math.abs(c.x - b.x - (b.x - a.x)) < 0.1);
  for (const tick of ['1 M', '100 M', '10 G']) assert.ok(svg.includes(`>${tick}</text>`), tick);
});

test('one network alone, and two alike, have a chart', () => {
  for (const networks of [[network('a')], [network('a'), network('b')]]) {
    for (const { x, y, radius } of circlesOf(comparisonChart(networks)).values()) {
      assert.ok([x, y, radius].every(Number.isFinite));
      assert.ok(x - radius > 0 && y - radius > 0);
    }
  }
});

test('the picture is for light and dark pages, or for one of them, and texts are escaped', () => {
  const networks = [network('<a & "b">', { group: "x'y" })];
  const chart = (theme?: 'light' | 'dark') => comparisonChart(networks, { title: 'A < B', theme });
  assert.match(chart(), /\.paper\{fill:#ffffff\}[\s\S]*@media\(prefers-color-scheme:dark\)/);
  assert.ok(!chart('light').includes('@media') && chart('light').includes('#ffffff'));
  assert.ok(!chart('dark').includes('@media') && !chart('dark').includes('#ffffff'));
  assert.ok(chart().includes('&lt;a &amp; &quot;b&quot;&gt;</text>'));
  assert.ok(chart().includes('>A &lt; B</text>'));
  const html = comparisonPage({ title: 'A < B', chart: chart(), header: ['<x>'], rows: [['&']] });
  assert.ok(html.includes('<th>&lt;x&gt;</th>') && html.includes('<td>&amp;</td>'));
  assert.ok(!/<script|https?:(?!\/\/www\.w3\.org\/2000\/svg)/.test(html));
});

refuses('no networks', () => comparisonChart([]), { kind: ValueError, parts: ['no network'] });
refuses('a number that is none', () => comparisonChart([network('a', { accuracy: Number.NaN })]), {
  kind: ValueError,
  parts: ['accuracy of a is NaN'],
});

test('names of crowded circles hide neither each other nor the middles of others', () => {
  const circles = Array.from({ length: 24 }, (_, i) => ({
    x: 200 + 170 * Math.cos(i * 2.4) * Math.sqrt(i / 24),
    y: 200 + 170 * Math.sin(i * 2.4) * Math.sqrt(i / 24),
    radius: 6 + (i % 5) * 4,
  }));
  const labels = circles.map((circle, i) => ({ circle, width: 50 + (i % 3) * 15, height: 14 }));
  const bounds = { left: 0, top: 0, right: 420, bottom: 420 };
  const places = placeLabels(labels, bounds);
  places.forEach((a, i) => {
    assert.ok(a.left >= 0 && a.top >= 0 && a.right <= 420 && a.bottom <= 420, `${i} is outside`);
    places.slice(i + 1).forEach((b, j) => {
      const apart =
        a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
      assert.ok(apart, `${i} and ${i + 1 + j} overlap`);
    });
    for (const { x, y } of circles) {
      assert.ok(x < a.left || x > a.right || y < a.top || y > a.bottom, `${i} hides a middle`);
    }
  });
});

test('a scale holds all there is, and marks round values', () => {
  const placed = [
    { value: 0.7, radius: 20 },
    { value: 19.6, radius: 40 },
  ];
  for (const kind of ['linear', 'logarithmic'] as const) {
    const { at, ticks } = scaleFor(placed, { kind, range: [100, 700], ticks: 6 });
    for (const { value, radius } of placed) {
      assert.ok(at(value) - radius > 99.9 && at(value) + radius < 700.1, kind);
    }
    for (const tick of ticks) assert.ok(at(tick) >= 100 && at(tick) <= 700);
    assert.ok(ticks.length >= 4 && ticks.length <= 9, `${ticks}`);
    const digits = ticks.map((tick) => tick.toPrecision(1));
    assert.ok(kind === 'linear' || digits.every((digit) => /^[125]/.test(digit)), `${ticks}`);
  }
});
