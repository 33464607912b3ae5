/** Memory plan: gives every arena buffer an address, so that buffers share bytes when their lives do not overlap. */

import { type Buffer, type Kernel, readsOf, writesOf } from '../backends/plan.js';
import { bytesPerElement } from '../graph/dtype.js';

/** Buffers start on cache lines, so that threads do not share one. */
const alignment = 64;
/** Room behind each buffer for vector loads that reach over its end. */
const slack = 16;

interface Life {
  readonly buffer: Buffer;
  readonly bytes: number;
  first: number;
  last: number;
}

/** Sets the buffers' offsets and returns the bytes of the arena. */
export function planMemory(
  kernels: readonly Kernel[],
  inputs: readonly Buffer[],
  outputs: readonly Buffer[],
): number {
  const lives = new Map<Buffer, Life>();
  const touch = (buffer: Buffer, time: number): void => {
    if (buffer.place.kind !== 'arena') return;
    const life = lives.get(buffer);
    if (life) {
      life.first = Math.min(life.first, time);
      life.last = Math.max(life.last, time);
    } else lives.set(buffer, { buffer, bytes: bytesOf(buffer), first: time, last: time });
  };
  for (const buffer of inputs) touch(buffer, -1);
  kernels.forEach((kernel, time) => {
    for (const buffer of [...readsOf(kernel), ...writesOf(kernel)]) touch(buffer, time);
  });
  for (const buffer of outputs) touch(buffer, kernels.length);
  return place([...lives.values()]);
}

/** Bytes that a buffer takes up. */
export function bytesOf({ dtype, length }: Buffer): number {
  const bytes = length * bytesPerElement[dtype] + slack;
  return Math.ceil(bytes / alignment) * alignment;
}

/** Largest first, each at the lowest address where no buffer alive at the same time is. */
function place(lives: Life[]): number {
  lives.sort((a, b) => b.bytes - a.bytes || a.first - b.first);
  const placed: Life[] = [];
  let arenaBytes = 0;
  for (const life of lives) {
    const neighbours = placed
      .filter((other) => other.first <= life.last && life.first <= other.last)
      .sort((a, b) => a.buffer.offset - b.buffer.offset);
    let offset = 0;
    for (const { buffer, bytes } of neighbours) {
      if (buffer.offset - offset >= life.bytes) break;
      offset = Math.max(offset, buffer.offset + bytes);
    }
    life.buffer.offset = offset;
    placed.push(life);
    arenaBytes = Math.max(arenaBytes, offset + life.bytes);
  }
  return arenaBytes;
}
