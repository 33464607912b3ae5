/** SVG pictures as PNG files: sizes, colours, text, and what is no picture. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodePng, type ImagePixels } from '../src/formats/index.js';
import { svgToPng } from '../src/inspect/svg-to-png.js';

const picture = (content: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20" viewBox="0 0 40 20">${content}</svg>`;

const pixelAt = ({ width, channels, data }: ImagePixels, x: number, y: number): number[] => [
  ...data.subarray((y * width + x) * channels, (y * width + x + 1) * channels),
];

const draw = async (content: string, options = {}): Promise<ImagePixels> =>
  decodePng(await svgToPng(picture(content), options), 'drawn.png');

test('a unit is two pixels, or as many as scale says', async () => {
  const square = '<rect x="10" y="5" width="10" height="10" fill="#c86432"/>';
  const image = await draw(square);
  assert.deepEqual([image.width, image.height], [80, 40]);
  assert.deepEqual(pixelAt(image, 20, 10), [0xc8, 0x64, 0x32, 255]);
  assert.deepEqual(pixelAt(image, 19, 10), [0, 0, 0, 0]);
  const { width, height } = await draw(square, { scale: 0.5 });
  assert.deepEqual([width, height], [20, 10]);
});

test('a background lies behind the picture', async () => {
  const image = await draw('', { background: '#102030' });
  assert.deepEqual(pixelAt(image, 3, 3), [0x10, 0x20, 0x30, 255]);
});

test('text is drawn, whatever font is asked for, and bold has more ink', async () => {
  const ink = async (attributes: string) => {
    const text = `<text x="2" y="15" font-size="14" font-family="system-ui, sans-serif" ${attributes}>×a1</text>`;
    const { data } = await draw(text);
    return data.filter((_, i) => i % 4 === 3).reduce((sum, alpha) => sum + alpha, 0);
  };
  const regular = await ink('');
  assert.ok(regular > 20_000, `${regular}`);
  assert.ok((await ink('font-weight="700"')) > 1.15 * regular);
});

test('what is no picture, or too large a one, is refused', async () => {
  await assert.rejects(svgToPng('<svg'), { name: 'ValueError', message: /no SVG picture/ });
  await assert.rejects(svgToPng(picture(''), { scale: 0 }), { message: /scale must be above 0/ });
  await assert.rejects(svgToPng(picture(''), { scale: 1e4 }), {
    name: 'ValueError',
    message: /400000 x 200000 pixels; a smaller scale/,
  });
});
