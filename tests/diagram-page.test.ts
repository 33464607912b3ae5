/** The page of a diagram in a browser: what it tells of layers, a closer look, light and dark. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { drawNetworksPage, layerGraph } from '../src/inspect/index.js';
import { createModel } from '../src/models/index.js';
import { chromiumPath, launchChromium } from './browser/chromium.js';

const skip = chromiumPath ? false : 'no Chromium is installed; CHROMIUM_PATH can name one';

const model = createModel('lenet5');
const graph = layerGraph([[1, 1, 28, 28]], (x) => model.call(x));
const html = drawNetworksPage([{ title: 'a <small> network', graph }]);

let browser: Browser;
before(async () => {
  if (!skip) browser = await launchChromium();
});
after(() => browser?.close());

async function open(colorScheme: 'light' | 'dark'): Promise<{ page: Page; problems: string[] }> {
  const page = await browser.newPage({ colorScheme, viewport: { width: 1000, height: 700 } });
  const problems: string[] = [];
  page.on('console', (message) => problems.push(message.text()));
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('request', (request) => problems.push(`asks for ${request.url()}`));
  await page.setContent(html);
  return { page, problems };
}

test('a layer tells what it is where one points at it', { skip }, async () => {
  const { page, problems } = await open('light');
  assert.equal(await page.title(), 'a <small> network');
  const facts = page.locator('#facts');
  assert.equal(await facts.isVisible(), false);
  await page.locator('[data-path="conv2"] .front').hover();
  assert.equal(
    await facts.textContent(),
    'conv2: 5×5 conv 16\noutput 10×10×16\n2.42 K parameters\n240 K multiply-adds',
  );
  assert.equal(await facts.isVisible(), true);
  await page.mouse.move(5, 690);
  assert.equal(await facts.isVisible(), false);
  assert.deepEqual(problems, []);
});

test('the wheel brings the picture closer, a drag moves it, a double click shows all of it', {
  skip,
}, async () => {
  const { page, problems } = await open('light');
  const view = async () => (await page.getAttribute('main svg', 'viewBox'))!.split(' ').map(Number);
  const whole = await view();
  await page.mouse.move(500, 300);
  await page.mouse.wheel(0, -400);
  await page.waitForFunction((width) => {
    return document.querySelector<SVGSVGElement>('main svg')!.viewBox.baseVal.width < width;
  }, whole[2]);
  const near = await view();
  await page.mouse.down();
  await page.mouse.move(560, 300);
  await page.mouse.up();
  const moved = await view();
  assert.ok(moved[0] < near[0] - 10 && Math.abs(moved[1] - near[1]) < 1e-6);
  assert.deepEqual(moved.slice(2), near.slice(2));
  await page.mouse.dblclick(500, 300);
  assert.deepEqual(await view(), whole);
  assert.deepEqual(problems, []);
});

test('dark pages have a dark picture', { skip }, async () => {
  for (const [scheme, paper, text] of [
    ['light', 'rgb(255, 255, 255)', 'rgb(31, 35, 40)'],
    ['dark', 'rgb(13, 17, 23)', 'rgb(230, 237, 243)'],
  ] as const) {
    const { page } = await open(scheme);
    const fill = (selector: string) =>
      page
        .locator(selector)
        .first()
        .evaluate((element) => getComputedStyle(element).fill);
    assert.deepEqual([await fill('.paper'), await fill('.title')], [paper, text]);
  }
});
