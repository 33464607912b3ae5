/** Folders of pictures in headless Chromium, which decodes them itself: the same pixels as in Node. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { loadPictures, type PictureSet, resize } from '../src/data/index.js';
import { readPicture } from '../src/data/pictures/read-picture.js';
import { root } from './architecture.js';
import { chromiumPath, launchChromium } from './browser/chromium.js';
import { type Server, serveFolder } from './browser/serve-folder.js';

const skip = chromiumPath
  ? false
  : 'no Chromium is installed here; install one or set CHROMIUM_PATH';
const options = { skip, timeout: 60_000 };
const folder = join(root, 'tests', 'fixtures', 'images');
const names = Object.keys(JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')));

let browser: Browser;
let server: Server;
before(async () => {
  if (skip) return;
  browser = await launchChromium();
  server = await serveFolder(root, { isolated: false });
});
after(async () => {
  if (skip) return;
  await browser.close();
  await server.close();
});

/** Evaluates the body of an async function in a blank page that has the parts for data. */
async function inPage<Result>(body: string): Promise<Result> {
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', ({ message }) => errors.push(message));
  try {
    await page.goto(`${server.origin}/tests/browser/blank.html`);
    const result = await page.evaluate<Result>(`(async () => {
      const data = await import('/dist/src/data/index.js');
      const { readPicture } = await import('/dist/src/data/pictures/read-picture.js');
      const fileOf = async (name, folder) => {
        const blob = await (await fetch('/tests/fixtures/images/' + name)).blob();
        const file = new File([blob], name);
        Object.defineProperty(file, 'webkitRelativePath', { value: folder + '/' + name });
        return file;
      };
      ${body}
    })()`);
    assert.deepEqual(errors, []);
    return result;
  } finally {
    await page.close();
  }
}

/** Levels that a browser may be off: it drops the lower of 16 bits, and may have another decoder of JPEG. */
const mostOff = (name: string): number => {
  if (name.includes('16-bit') && name.endsWith('.png')) return 1;
  return name.endsWith('.jpg') || name.startsWith('lossy') ? 3 : 0;
};

test(
  'files of all kinds have the pixels in a browser that they have in Node',
  options,
  async () => {
    const seen = await inPage<[name: string, shape: number[], pixels: number[]][]>(`
    const seen = [];
    for (const name of ${JSON.stringify(names)}) {
      const { data, shape } = await readPicture({ name, source: await fileOf(name, 'all') }, 3);
      seen.push([name, shape, [...data]]);
    }
    return seen;
  `);
    assert.equal(seen.length, names.length);
    for (const [name, shape, pixels] of seen) {
      const here = await readPicture({ name, source: join(folder, name) }, 3);
      assert.deepEqual(shape, here.shape, name);
      const off = pixels.reduce(
        (most, value, i) => Math.max(most, Math.abs(value - here.data[i])),
        0,
      );
      assert.ok(off <= mostOff(name), `${name}: ${off} levels off`);
    }
  },
);

test(
  'a chosen folder is served in a browser as in Node, and damaged files are named',
  options,
  async () => {
    const chosen = ['grey.png', 'rgba.png', '420.jpg', 'orientation-6.webp', 'expected.json'];
    const served = await inPage<{
      classes: string[];
      images: number[];
      labels: number[];
      skipped: string[];
    }>(`
    const files = [];
    for (const [i, name] of ${JSON.stringify(chosen)}.entries()) {
      files.push(await fileOf(name, 'chosen/' + (i % 2 ? 'odd' : 'even')));
    }
    files.push(Object.defineProperty(new File(['no picture'], 'z.png'), 'webkitRelativePath', {
      value: 'chosen/even/z.png',
    }));
    const set = data.imageFolderFromFiles(files);
    const transforms = [data.resize({ height: 9, width: 12 })];
    const { dataset, skipped } = await data.loadPictures(set, { transforms });
    return {
      classes: dataset.classes,
      images: [...dataset.images],
      labels: [...dataset.labels],
      skipped: skipped.map(({ name }) => name),
    };
  `);
    const files = ['even/420.jpg', 'even/grey.png', 'odd/orientation-6.webp', 'odd/rgba.png'];
    const set: PictureSet = {
      ...{ name: 'chosen', classes: ['even', 'odd'], length: 4, labels: Int32Array.of(0, 0, 1, 1) },
      files: files.map((name) => ({ name, source: join(folder, basename(name)) })),
    };
    const transforms = [resize({ height: 9, width: 12 })];
    const { dataset } = await loadPictures(set, { transforms, threads: 0 });
    assert.deepEqual(served.classes, ['even', 'odd']);
    assert.deepEqual(served.labels, [0, 0, 1, 1]);
    assert.deepEqual(served.skipped, ['even/z.png']);
    const each = 3 * 9 * 12;
    assert.deepEqual(served.images.slice(each), [...dataset.images.subarray(each)]);
    const jpeg = served.images.slice(0, each);
    jpeg.forEach((value, i) => {
      assert.ok(Math.abs(value - dataset.images[i]) <= 3, `${value}, ${dataset.images[i]}`);
    });
  },
);
