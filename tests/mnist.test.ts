/** Finding, downloading and checking data sets of IDX files, against small files and a local server. */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { DataError } from '../src/data/dataset.js';
import type { DownloadProgress } from '../src/data/download.js';
import { findIdxSet, type IdxFile, type IdxSet, loadIdxSet } from '../src/data/idx-set.js';
import {
  canFetchQuickly,
  FASHION_MNIST,
  loadFashionMnist,
  loadMnist,
  MNIST,
  mnistAtHand,
} from '../src/data/mnist.js';
import { loadDataset } from '../src/data/registry.js';
import { cacheFolder } from '../src/formats/cache-folder.js';

type Answer = (response: ServerResponse, name: string) => void;

const VARIABLES = ['FOVEA_DATA', 'XDG_CACHE_HOME', 'LOCALAPPDATA', 'HOME'];
const before = VARIABLES.map((name) => process.env[name]);
let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'fovea-mnist-'));
  for (const name of VARIABLES) process.env[name] = folder;
  delete process.env.FOVEA_DATA;
});

afterEach(async () => {
  VARIABLES.forEach((name, i) => {
    if (before[i] === undefined) delete process.env[name];
    else process.env[name] = before[i];
  });
  await rm(folder, { recursive: true, force: true });
});

/** Four files of 3 and 2 pictures [2, 2], by name. */
const CONTENTS = new Map<string, Uint8Array>([
  ['train-images-idx3-ubyte', idx([3, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])],
  ['train-labels-idx1-ubyte', idx([3], [0, 1, 1])],
  ['t10k-images-idx3-ubyte', idx([2, 2, 2], [21, 22, 23, 24, 25, 26, 27, 28])],
  ['t10k-labels-idx1-ubyte', idx([2], [1, 0])],
]);
const PACKED = new Map([...CONTENTS].map(([name, content]) => [name, gzipSync(content)]));

function tiny(mirrors: readonly string[], of: 'file' | 'content' = 'content'): IdxSet {
  const file = (name: string, shape: number[]): IdxFile => {
    const bytes = (of === 'file' ? PACKED : CONTENTS).get(name)!;
    const hex = createHash('md5').update(bytes).digest('hex');
    return { name, shape, digest: { of, algorithm: 'md5', hex } };
  };
  return {
    name: 'tiny',
    classes: ['no', 'yes'],
    mirrors,
    train: {
      images: file('train-images-idx3-ubyte', [3, 2, 2]),
      labels: file('train-labels-idx1-ubyte', [3]),
    },
    test: {
      images: file('t10k-images-idx3-ubyte', [2, 2, 2]),
      labels: file('t10k-labels-idx1-ubyte', [2]),
    },
  };
}

const good: Answer = (response, name) => {
  const body = PACKED.get(name);
  if (body === undefined) return notFound(response, name);
  response.writeHead(200, { 'content-length': body.length });
  response.end(body);
};
const notFound: Answer = (response) => {
  response.writeHead(404).end('no such file');
};

/** Serves while `use` runs; gives the mirror's address and counts the requests. */
async function served(
  answer: Answer,
  use: (mirror: string, requests: string[]) => Promise<void>,
): Promise<void> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const name = path.basename(request.url ?? '', '.gz');
    requests.push(name);
    answer(response, name);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/set/`, requests);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function fill(
  target: string,
  change: (name: string) => Uint8Array | undefined = () => undefined,
  suffix = '.gz',
): Promise<void> {
  await mkdir(target, { recursive: true });
  for (const name of CONTENTS.keys()) {
    const bytes = (suffix === '' ? CONTENTS : PACKED).get(name)!;
    await writeFile(path.join(target, name + suffix), change(name) ?? bytes);
  }
}

function checkTiny({ train, test: exam }: Awaited<ReturnType<typeof loadIdxSet>>): void {
  assert.deepEqual([...train.images], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  assert.deepEqual([...train.labels], [0, 1, 1]);
  assert.deepEqual([...exam.images], [21, 22, 23, 24, 25, 26, 27, 28]);
  assert.deepEqual([...exam.labels], [1, 0]);
  assert.deepEqual(train.shape, [1, 2, 2]);
  assert.deepEqual([train.length, exam.length, train.name], [3, 2, 'tiny']);
}

for (const of of ['content', 'file'] as const) {
  test(`downloads once, checks the ${of}, reports progress and keeps the files`, async () => {
    await served(good, async (mirror, requests) => {
      const events: DownloadProgress[] = [];
      const set = tiny([mirror], of);
      assert.equal(await findIdxSet(set), null);
      checkTiny(await loadIdxSet(set, { onProgress: (event) => events.push(event) }));
      assert.deepEqual(requests, [...CONTENTS.keys()]);
      const last = events.filter(({ file }) => file === 'train-images-idx3-ubyte.gz').at(-1);
      const size = PACKED.get('train-images-idx3-ubyte')!.length;
      assert.deepEqual(last, { file: 'train-images-idx3-ubyte.gz', received: size, total: size });
      // Nothing but the four files, so no half-written ones.
      const kept = await readdir(cacheFolder('tiny'));
      assert.deepEqual(kept.sort(), [...CONTENTS.keys()].map((name) => `${name}.gz`).sort());
      assert.equal(await findIdxSet(set), 'cache');
      checkTiny(await loadIdxSet(set));
      assert.equal(requests.length, 4);
    });
  });
}

test('a 404 and a dead server lead to the next mirror', async () => {
  await served(notFound, async (missing, asked) => {
    await served(good, async (mirror) => {
      const dead = 'http://127.0.0.1:1/';
      checkTiny(await loadIdxSet(tiny([missing, dead, mirror])));
      assert.equal(asked.length, 4);
    });
  });
});

test('a wrong checksum leads to the next mirror, and to an error when there is none', async () => {
  const wrong: Answer = (response, name) => {
    if (name !== 'train-labels-idx1-ubyte') return good(response, name);
    response.end(gzipSync(idx([3], [1, 1, 1])));
  };
  await served(wrong, async (bad) => {
    await assert.rejects(
      loadIdxSet(tiny([bad])),
      told(
        /tiny: train-labels-idx1-ubyte\.gz: no mirror delivered it .*the md5 checksum of its content is [0-9a-f]{32}, expected [0-9a-f]{32}.*lay the four files into .*tiny/,
      ),
    );
    const kept = await readdir(cacheFolder('tiny'));
    assert.ok(!kept.includes('train-labels-idx1-ubyte.gz'), 'a bad file must not be kept');
    await served(good, async (mirror, requests) => {
      checkTiny(await loadIdxSet(tiny([bad, mirror])));
      assert.deepEqual(requests, ['train-labels-idx1-ubyte']);
    });
  });
});

test('a truncated body leads to the next mirror', async () => {
  const cut: Answer = (response, name) => {
    const body = PACKED.get(name)!;
    response.writeHead(200, { 'content-length': body.length });
    response.write(body.subarray(0, 20), () => response.destroy());
  };
  // Without a length, only the checksum can tell.
  const short: Answer = (response, name) => response.end(PACKED.get(name)!.subarray(0, 20));
  for (const answer of [cut, short]) {
    await served(answer, async (bad) => {
      await assert.rejects(loadIdxSet(tiny([bad])), told(/no mirror delivered it/));
      await served(good, async (mirror) => checkTiny(await loadIdxSet(tiny([bad, mirror]))));
    });
    await rm(cacheFolder('tiny'), { recursive: true });
  }
});

test('a body without end is given up', async () => {
  const endless: Answer = (response) => {
    const more = () => {
      while (!response.destroyed && response.write(new Uint8Array(65_536)));
    };
    response.on('drain', more);
    more();
  };
  await served(endless, async (mirror) => {
    await assert.rejects(loadIdxSet(tiny([mirror])), told(/the body is longer than the \d+ bytes/));
  });
});

test('a silent server is given up, before and within the body', async () => {
  const silent: Answer = () => {};
  const stalls: Answer = (response, name) => {
    response.write(PACKED.get(name)!.subarray(0, 8));
  };
  for (const answer of [silent, stalls]) {
    await served(answer, async (bad) => {
      const set = tiny([bad]);
      await assert.rejects(loadIdxSet(set, { timeoutMs: 60 }), told(/silent for 0\.06 s/));
    });
  }
});

test('an abort ends the download with its reason and keeps nothing', async () => {
  const stop = new AbortController();
  const reason = new Error('the user left');
  const answer: Answer = (response, name) => {
    response.write(PACKED.get(name)!.subarray(0, 8));
    setTimeout(() => stop.abort(reason), 20);
  };
  await served(answer, async (mirror, requests) => {
    const set = tiny([mirror, mirror]);
    await assert.rejects(loadIdxSet(set, { signal: stop.signal }), (error) => error === reason);
    assert.equal(requests.length, 1);
    assert.equal(await findIdxSet(set), null);
    await assert.rejects(loadIdxSet(set, { signal: stop.signal }), (error) => error === reason);
  });
});

test('a damaged file in the cache is fetched again, or named when that fails', async () => {
  const cache = cacheFolder('tiny');
  const damaged = (name: string) =>
    name === 't10k-images-idx3-ubyte' ? PACKED.get(name)!.subarray(0, 25) : undefined;
  await fill(cache, damaged);
  await assert.rejects(
    loadIdxSet(tiny([])),
    told(
      /no mirrors given.*copy in the cache is of no use: .*t10k-images-idx3-ubyte\.gz: the gzip/,
    ),
  );
  await served(good, async (mirror, requests) => {
    checkTiny(await loadIdxSet(tiny([mirror])));
    assert.deepEqual(requests, ['t10k-images-idx3-ubyte']);
  });
  checkTiny(await loadIdxSet(tiny([])));
});

test('a cache that cannot be written does not hinder', async () => {
  await mkdir(path.dirname(path.dirname(cacheFolder('tiny'))), { recursive: true });
  await writeFile(path.dirname(cacheFolder('tiny')), 'a file where the folder should be');
  await served(good, async (mirror) => checkTiny(await loadIdxSet(tiny([mirror]))));
});

test('FOVEA_DATA comes first, packed or plain, whatever its checksums', async () => {
  process.env.FOVEA_DATA = path.join(folder, 'data');
  const given = path.join(folder, 'data', 'tiny');
  const other = idx([3, 2, 2], new Array(12).fill(99));
  const changed = (name: string) => (name === 'train-images-idx3-ubyte' ? other : undefined);
  for (const suffix of ['', '.gz']) {
    await fill(given, changed, suffix);
    assert.equal(await findIdxSet(tiny([])), 'FOVEA_DATA');
    const { train, test: exam } = await loadIdxSet(tiny([]));
    assert.equal(train.images[0], 99);
    assert.deepEqual([...exam.labels], [1, 0]);
    await rm(given, { recursive: true });
  }
  // Not there: the cache serves.
  await fill(cacheFolder('tiny'));
  assert.equal(await findIdxSet(tiny([])), 'cache');
  checkTiny(await loadIdxSet(tiny([])));
});

test('FOVEA_DATA: missing files, wrong counts, damage and bad labels are told', async () => {
  process.env.FOVEA_DATA = path.join(folder, 'data');
  const given = path.join(folder, 'data', 'tiny');
  const put = (name: string, bytes: Uint8Array) => writeFile(path.join(given, `${name}.gz`), bytes);
  await fill(given);
  await rm(path.join(given, 't10k-labels-idx1-ubyte.gz'));
  const missing = told(/t10k-labels-idx1-ubyte missing .*add them, or unset FOVEA_DATA/);
  await assert.rejects(loadIdxSet(tiny([])), missing);
  await assert.rejects(findIdxSet(tiny([])), missing);
  await fill(given);
  await put('train-labels-idx1-ubyte', gzipSync(idx([4], [0, 1, 1, 0])));
  await assert.rejects(
    loadIdxSet(tiny([])),
    told(/train-labels-idx1-ubyte\.gz: it holds \[4\], expected \[3\]/),
  );
  await put('train-labels-idx1-ubyte', gzipSync(idx([3], [0, 1, 2])));
  await assert.rejects(loadIdxSet(tiny([])), told(/label 2 is 2, but tiny has 2 classes/));
  await put('train-labels-idx1-ubyte', PACKED.get('train-labels-idx1-ubyte')!.subarray(0, 12));
  await assert.rejects(loadIdxSet(tiny([])), told(/train-labels.*damaged or cut short/));
});

test('MNIST and Fashion-MNIST look into their own folders', async () => {
  process.env.FOVEA_DATA = folder;
  assert.equal(await mnistAtHand(), null);
  await fill(path.join(folder, 'mnist'));
  await fill(path.join(folder, 'fashion-mnist'));
  assert.equal(await mnistAtHand(), 'FOVEA_DATA');
  const wrong = /train-images-idx3-ubyte\.gz: it holds \[3, 2, 2\], expected \[60000, 28, 28\]/;
  await assert.rejects(loadMnist(), told(wrong));
  await assert.rejects(loadFashionMnist(), told(wrong));
  await assert.rejects(loadDataset('mnist'), told(wrong));
  await assert.rejects(loadDataset('fashion-mnist'), told(wrong));
});

test('the two sets name ten classes, eight different checksums and two mirrors each', () => {
  const digests = new Set<string>();
  for (const set of [MNIST, FASHION_MNIST]) {
    assert.equal(set.classes.length, 10);
    assert.equal(set.mirrors.length, 2);
    for (const mirror of set.mirrors) assert.ok(mirror.endsWith('/'));
    for (const { images, labels } of [set.train, set.test]) {
      assert.equal(images.shape[0], labels.shape[0]);
      for (const { digest } of [images, labels]) {
        assert.equal(digest.hex.length, digest.algorithm === 'md5' ? 32 : 64);
        digests.add(digest.hex);
      }
    }
  }
  assert.equal(digests.size, 8);
});

test('canFetchQuickly asks all mirrors at once and keeps to its time', async () => {
  const fast: Answer = (response) => response.end(new Uint8Array(2 ** 20));
  const silent: Answer = () => {};
  const trickle: Answer = (response) => void response.write(new Uint8Array(1000));
  const small: Answer = (response) => response.end('captive portal');
  await served(silent, async (never) => {
    await served(fast, async (mirror) => {
      assert.equal(await canFetchQuickly(3000, { mirrors: [never, mirror] }), true);
    });
    const start = performance.now();
    assert.equal(await canFetchQuickly(80, { mirrors: [never] }), false);
    assert.ok(performance.now() - start < 2000);
  });
  for (const answer of [notFound, trickle, small]) {
    await served(answer, async (mirror) => {
      assert.equal(await canFetchQuickly(150, { mirrors: [mirror] }), false);
    });
  }
  assert.equal(await canFetchQuickly(150, { mirrors: [] }), false);
});

test('an unknown data set is refused with the nearest name', async () => {
  await assert.rejects(loadDataset('minst'), told(/no data set "minst"; did you mean "mnist"\?/));
  await assert.rejects(loadDataset('fashion'), told(/did you mean "fashion-mnist"\?/));
  await assert.rejects(loadDataset('Digits'), told(/did you mean "digits"\?/));
  await assert.rejects(
    loadDataset('imagenet'),
    told(/use one of mnist, fashion-mnist, cifar10, cifar100, digits/),
  );
  await assert.rejects(loadDataset('toString'), told(/no data set "toString"/));
});

test('what is cached is byte for byte what was served', async () => {
  await served(good, async (mirror) => {
    await loadIdxSet(tiny([mirror], 'file'));
    for (const [name, bytes] of PACKED) {
      const kept = await readFile(path.join(cacheFolder('tiny'), `${name}.gz`));
      assert.ok(kept.equals(bytes));
    }
  });
});

function idx(shape: readonly number[], data: readonly number[]): Uint8Array {
  const header = [0, 0, 8, shape.length, ...shape.flatMap((n) => [0, 0, n >> 8, n & 255])];
  return new Uint8Array([...header, ...data]);
}

function told(message: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof DataError, String(error));
    assert.match(error.message, message);
    return true;
  };
}
