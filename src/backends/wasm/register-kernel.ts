/** How fast the bare register tile runs on one core, with its operands in the first-level cache: the ceiling of matrix products. */

import { i32, ModuleBuilder } from './assembler.js';
import { features } from './features.js';
import { ConvolutionMethods } from './kernels/conv-2d/methods.js';
import { MathLibrary } from './math.js';
import { panelLanes, tileFunction, tileRows } from './tile.js';

/** k in one call of the tile: its operands take 14 KB at the most. */
const depth = 256;
const calls = 400;
const pageBytes = 65536;

export interface RegisterKernelRate {
  readonly gflops: number;
  /** Rows x lanes, such as `4x8`. */
  readonly tile: string;
}

/** The best rate of `attempts` short runs on the calling thread; takes about 0.1 s. */
export async function measureRegisterKernel(attempts = 200): Promise<RegisterKernelRate> {
  const vectors = panelLanes / 4;
  const rows = tileRows(features(), vectors);
  const { exports } = await instantiate(rows, vectors);
  const run = exports.run as () => void;
  const flops = 2 * rows * panelLanes * depth * calls;
  for (let i = 0; i < 50; i++) run();
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < attempts; i++) {
    const start = performance.now();
    run();
    best = Math.min(best, performance.now() - start);
  }
  return { gflops: flops / best / 1e6, tile: `${rows}x${panelLanes}` };
}

/** A module that calls the tile on packed operands again and again. */
async function instantiate(rows: number, vectors: number): Promise<WebAssembly.Instance> {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  const module = new ModuleBuilder({ initialPages: 1, maximumPages: 1, shared: false });
  const tile = tileFunction(
    {
      module,
      features: features(),
      math: new MathLibrary(module, features()),
      convolutions: new ConvolutionMethods(() => undefined),
      barrier: module.function({ params: ['i32'] }),
      shared: new Map(),
      addressOf: () => 0,
      table: () => 0,
      arenaBytes: 0,
      sharedMemory: false,
      nextSite: () => 0,
    },
    {
      rowOffsets: Array.from({ length: rows }, (_, row) => row * 4),
      vectors,
      step: rows * 4,
      resultStride: vectors * 16,
      passStep: 0,
    },
  );
  const f = module.function({ params: [] });
  const call = f.local('i32');
  const [a, b, c] = [0, pageBytes / 4, pageBytes / 2].map((address) => i32.const(address));
  f.for(call, 0, calls, 1, () =>
    f.call(tile, a, b, c, i32.const(0), i32.const(depth), i32.const(1), i32.const(0), i32.const(0)),
  );
  module.export('run', f);
  const compiled = await WebAssembly.compile(module.bytes());
  return WebAssembly.instantiate(compiled, { env: { memory } });
}
