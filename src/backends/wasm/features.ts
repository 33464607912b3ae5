/** What this JavaScript engine's WebAssembly can do, probed once by validating tiny modules. */

import { i32, ModuleBuilder } from './assembler.js';
import { f32x4, v128 } from './simd.js';

export interface Features {
  /** Fused multiply-add; without it kernels use a multiplication and an addition. */
  readonly relaxedSimd: boolean;
  /** Shared memory and atomics: threads. */
  readonly threads: boolean;
  /** Register tiles of more than nine accumulators stay in registers. */
  readonly largeTiles: boolean;
}

/** Engines before this V8 spill larger register tiles and reorder loads of unrolled loops. */
const firstV8WithLargeTiles = 13;

let probed: Features | null = null;

/** The features; throws an Error when there is no SIMD at all. */
export function features(): Features {
  probed ??= probe();
  return probed;
}

function probe(): Features {
  enableRelaxedSimd();
  if (typeof WebAssembly !== 'object' || !accepts((a) => a)) {
    throw new Error(
      'this JavaScript engine has no WebAssembly SIMD, which the fast backend needs; ' +
        'use Node 20.19 or later, or a browser of 2023 or later',
    );
  }
  return {
    relaxedSimd: accepts((a) => f32x4.relaxedMadd(a, a, a)),
    threads: obstacleToThreads() === null,
    largeTiles: v8Version() >= firstV8WithLargeTiles,
  };
}

/** Whether a module that computes `use` of a vector is valid here. */
function accepts(
  use: (vector: ReturnType<typeof v128.load>) => ReturnType<typeof v128.load>,
): boolean {
  const builder = new ModuleBuilder({ initialPages: 1, maximumPages: 1, shared: false });
  const f = builder.function({ params: [] });
  v128.store(f, i32.const(0), use(v128.load(i32.const(0))));
  return WebAssembly.validate(builder.bytes());
}

/** Why programs run on one thread here, and how to mend it; null where threads can run. */
export function obstacleToThreads(): string | null {
  // A page that is not cross-origin isolated cannot hand shared memory to workers.
  const { crossOriginIsolated } = globalThis as { crossOriginIsolated?: boolean };
  if (typeof SharedArrayBuffer === 'undefined' || crossOriginIsolated === false) {
    return (
      'there is no shared memory here; serve the page cross-origin isolated ' +
      '(COOP same-origin, COEP require-corp) to use all cores'
    );
  }
  try {
    // Returns at once, as the word is not 1, or throws where waiting is forbidden.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1);
  } catch {
    return 'the main thread of a page must not wait for others; use a Web Worker to use all cores';
  }
  return null;
}

/** NOTE: Node 20 has relaxed SIMD behind a flag that must be set before the first compilation. */
function enableRelaxedSimd(): void {
  if (versionOf('node')?.major !== 20) return;
  process.getBuiltinModule('node:v8').setFlagsFromString('--experimental-wasm-relaxed-simd');
}

function v8Version(): number {
  const version = versionOf('v8');
  if (version) return version.major;
  const chrome = /Chrom(?:e|ium)\/(\d+)/.exec(globalThis.navigator?.userAgent ?? '');
  // Chromium 130 carries V8 13.0.
  return chrome ? Number(chrome[1]) / 10 : 0;
}

function versionOf(component: 'node' | 'v8'): { major: number } | null {
  const version = globalThis.process?.versions?.[component];
  return version ? { major: Number.parseInt(version, 10) } : null;
}
