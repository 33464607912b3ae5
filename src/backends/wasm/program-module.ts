/** One WebAssembly module for one plan: a function per kernel, and `run`, which calls them between barriers. */

import type { Buffer, Kernel, Plan } from '../plan.js';
import { i32, ModuleBuilder } from './assembler.js';
import { emitBarrier, emitResetCounters } from './control.js';
import type { Features } from './features.js';
import { KernelContext, type ModuleContext } from './kernel-context.js';
import { emitArgsort } from './kernels/argsort.js';
import { emitConv2d } from './kernels/conv-2d/conv-2d.js';
import type { ConvolutionMethods } from './kernels/conv-2d/methods.js';
import { emitGather, emitScatter } from './kernels/gather.js';
import { emitMap } from './kernels/map.js';
import { emitMatmul } from './kernels/matmul.js';
import { emitPad } from './kernels/pad.js';
import { emitPrepare } from './kernels/prepare.js';
import { emitReduce } from './kernels/reduce/reduce.js';
import { emitRows } from './kernels/rows.js';
import { emitUniform } from './kernels/uniform.js';
import { emitWindow } from './kernels/window.js';
import { MathLibrary } from './math.js';

/** The code generator of each kind of kernel. */
const emitters: {
  readonly [Kind in Kernel['kind']]: (
    context: KernelContext,
    kernel: Extract<Kernel, { kind: Kind }>,
  ) => void;
} = {
  map: emitMap,
  reduce: emitReduce,
  rows: emitRows,
  matmul: emitMatmul,
  conv2d: emitConv2d,
  pad: emitPad,
  prepare: emitPrepare,
  window: emitWindow,
  gather: emitGather,
  scatter: emitScatter,
  argsort: emitArgsort,
  uniform: emitUniform,
};

export interface ModuleOptions {
  readonly features: Features;
  readonly convolutions: ConvolutionMethods;
  /** Whether the memory is shared; without it there is one thread. */
  readonly shared: boolean;
  /** Where a variable or a constant is. */
  addressOf(buffer: Buffer): number;
  /** Keeps constant values and tells their address. */
  table(values: Int32Array): number;
}

export interface ProgramModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Bytes that `run` needs at the arena's address, for `threads` threads. */
  workspaceBytes(threads: number): number;
}

export function programModule(plan: Plan, options: ModuleOptions): ProgramModule {
  const { features, shared, convolutions } = options;
  const module = new ModuleBuilder({ initialPages: 1, maximumPages: 65536, shared });
  const barrier = module.function({ params: ['i32'] });
  if (shared) emitBarrier(barrier);
  let sites = 0;
  const common: ModuleContext = {
    module,
    features,
    math: new MathLibrary(module, features),
    convolutions,
    barrier,
    shared: new Map(),
    addressOf: options.addressOf,
    table: options.table,
    arenaBytes: plan.arenaBytes,
    sharedMemory: shared,
    nextSite: () => sites++,
  };
  const contexts = plan.kernels.map((kernel) => {
    const context = new KernelContext(common);
    const emit = emitters[kernel.kind] as (context: KernelContext, kernel: Kernel) => void;
    emit(context, kernel);
    return context;
  });
  const sharedBytes = Math.max(0, ...contexts.map((context) => context.sharedBytes));
  const localBytes = Math.max(0, ...contexts.map((context) => context.localBytes));
  emitRun(common, contexts, { sharedBytes, localBytes, sites });
  return {
    bytes: module.bytes(),
    workspaceBytes: (threads) => plan.arenaBytes + sharedBytes + threads * localBytes,
  };
}

/** run(thread, threads, arena, first, last): kernels first to last - 1, with a barrier behind each. */
function emitRun(
  { module, barrier, arenaBytes, sharedMemory }: ModuleContext,
  contexts: readonly KernelContext[],
  { sharedBytes, localBytes, sites }: { sharedBytes: number; localBytes: number; sites: number },
): void {
  const f = module.function({ params: ['i32', 'i32', 'i32', 'i32', 'i32'] });
  const [thread, threads, arena, first, last] = [0, 1, 2, 3, 4].map((i) => f.param(i, 'i32'));
  const local = f.hold(
    i32.add(
      i32.add(arena, i32.const(arenaBytes + sharedBytes)),
      i32.mul(thread, i32.const(localBytes)),
    ),
  );
  if (sharedMemory) {
    emitResetCounters(f, thread, sites);
    f.call(barrier, threads);
  }
  contexts.forEach((context, k) => {
    const asked = i32.and(i32.leS(first, k), i32.gtS(last, k));
    f.if(asked, () => {
      f.call(context.f, thread, threads, arena, local);
      f.call(barrier, threads);
    });
  });
  module.export('run', f);
}
