/**
 * Packing: the operand whose lanes the register tile reads, laid out as panels of eight (the last one
 * four, if that is enough) neighbouring lanes: [panel][k][lane].
 */

import { type I32, i32, type V128 } from './assembler.js';
import type { Address, KernelContext } from './kernel-context.js';
import { flat } from './kernel-context.js';
import { decode } from './rows.js';
import { v128 } from './simd.js';
import { panelLanes } from './tile.js';
import { transposed } from './transpose.js';

export interface Panel {
  /** Number of the panel's first lane. */
  readonly lane: number;
  /** Lanes that exist. */
  readonly lanes: number;
  /** Vectors of four lanes. */
  readonly vectors: number;
  /** Bytes from the start of the packed operand. */
  readonly offset: number;
}

export interface Panels {
  readonly list: readonly Panel[];
  readonly bytes: number;
}

/** The panels of `lanes` lanes and `depth` k. */
export function panelsOf(lanes: number, depth: number): Panels {
  const list: Panel[] = [];
  let offset = 0;
  for (let lane = 0; lane < lanes; lane += panelLanes) {
    const count = Math.min(panelLanes, lanes - lane);
    const vectors = count <= 4 ? 1 : 2;
    list.push({ lane, lanes: count, vectors, offset });
    offset += vectors * 16 * depth;
  }
  return { list, bytes: offset };
}

/** A dimension of k: its extent, and its stride in bytes in the source. */
export interface Walk {
  readonly extent: number;
  readonly stride: number;
}

export interface Source {
  readonly start: Address;
  /** Bytes from one lane to the next. */
  readonly laneStride: number;
  /** The dimensions of k, outermost first. */
  readonly depth: readonly Walk[];
}

/** Packs `source` to `target`, shared among the threads; a barrier must follow. `repeats`: see Work. */
export function emitPack(
  context: KernelContext,
  source: Source,
  panels: Panels,
  target: Address,
  repeats = false,
): void {
  const { f } = context;
  const walks = mergeWalks(source.depth);
  const inner = walks[walks.length - 1];
  const outer = walks.slice(0, -1);
  const runs = outer.reduce((product, { extent }) => product * extent, 1);
  const whole = panels.list.filter(({ lanes }) => lanes === panelLanes).length;
  if (inner.extent * runs === 0 || panels.list.length === 0) return;

  context.forEachTask(
    { count: runs * panels.list.length, cost: panels.bytes / 4, repeats },
    (task) => {
      const [panel, ...indices] = decode(context, task, [
        panels.list.length,
        ...outer.map(({ extent }) => extent),
      ]);
      const run = f.hold(outer.length === 0 ? i32.const(0) : i32.remU(task, runs));
      let read: I32 = i32.add(flat(source.start), i32.mul(panel, panelLanes * source.laneStride));
      indices.forEach((index, dim) => {
        read = i32.add(read, i32.mul(index, outer[dim].stride));
      });
      const from0 = f.hold(read);
      const emitPanel = ({ lanes, vectors }: Panel): void => {
        const rowBytes = vectors * 16;
        const wholePanelBytes = panelLanes * 4 * runs * inner.extent;
        const write = f.hold(
          i32.add(
            i32.add(flat(target), i32.mul(panel, wholePanelBytes)),
            i32.mul(run, inner.extent * rowBytes),
          ),
        );
        emitRun(context, source.laneStride, inner, { from: from0, to: write, lanes, vectors });
      };
      const last = panels.list[panels.list.length - 1];
      if (whole === panels.list.length) emitPanel(panels.list[0]);
      else if (whole === 0) emitPanel(last);
      else {
        f.if(
          i32.ltS(panel, whole),
          () => emitPanel(panels.list[0]),
          () => emitPanel(last),
        );
      }
    },
  );
}

interface Run {
  readonly from: I32;
  readonly to: I32;
  readonly lanes: number;
  readonly vectors: number;
}

/** Packs one run of the innermost dimension for one panel. */
function emitRun(context: KernelContext, laneStride: number, inner: Walk, run: Run): void {
  const { f } = context;
  const read = f.hold(run.from);
  const write = f.hold(run.to);
  const end = (count: number): I32 => f.hold(i32.add(write, count * run.vectors * 16));
  const advance = (count: number): void => {
    f.set(read, i32.add(read, i32.const(count * inner.stride)));
    f.set(write, i32.add(write, count * run.vectors * 16));
  };
  const repeat = (count: number, step: number, body: () => void): void => {
    if (count === 0) return;
    const stop = end(count);
    f.doWhile(
      () => {
        body();
        advance(step);
      },
      () => i32.ne(write, stop),
    );
  };
  const transposes = inner.stride === 4 && laneStride !== 4;
  const blocks = transposes ? Math.floor(inner.extent / 4) * 4 : 0;
  repeat(blocks, 4, () => {
    for (let v = 0; v < run.vectors; v++) emitTransposed(context, laneStride, read, write, run, v);
  });
  repeat(inner.extent - blocks, 1, () => {
    for (let v = 0; v < run.vectors; v++) {
      const lanes = Math.min(4, run.lanes - v * 4);
      const first = v * 4 * laneStride;
      const value =
        laneStride === 4
          ? v128.load(i32.add(read, i32.const(first)))
          : gatherLanes(read, first, laneStride, lanes);
      v128.store(f, write, value, v * 16);
    }
  });
}

function gatherLanes(read: I32, first: number, stride: number, lanes: number): V128 {
  const at = (lane: number): I32 => i32.add(read, i32.const(first + lane * stride));
  let value = v128.load32Zero(at(0));
  for (let lane = 1; lane < lanes; lane++) value = v128.load32Lane(at(lane), value, lane);
  return value;
}

/** Four k of four lanes at once: rows of lanes become columns. */
function emitTransposed(
  { f }: KernelContext,
  laneStride: number,
  read: I32,
  write: I32,
  { lanes, vectors }: Run,
  v: number,
): void {
  const rows = [0, 1, 2, 3].map((i) => {
    // Lanes that do not exist repeat the last one: nobody reads them.
    const lane = Math.min(v * 4 + i, lanes - 1);
    return f.hold(v128.load(i32.add(read, i32.const(lane * laneStride))));
  });
  transposed(f, rows).forEach((column, k) => {
    v128.store(f, write, column, (k * vectors + v) * 16);
  });
}

/** Neighbouring dimensions that one stride walks through become one. */
function mergeWalks(walks: readonly Walk[]): Walk[] {
  const merged: Walk[] = [];
  for (const walk of walks) {
    if (walk.extent === 1) continue;
    const last = merged[merged.length - 1];
    if (last && last.stride === walk.stride * walk.extent) {
      merged[merged.length - 1] = { extent: last.extent * walk.extent, stride: walk.stride };
    } else merged.push(walk);
  }
  return merged.length > 0 ? merged : [{ extent: 1, stride: 4 }];
}
