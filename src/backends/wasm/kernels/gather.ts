/** Gather and scatter along the rows of matrices, element by element; threads share rows. */

import { bytesPerElement } from '../../../graph/dtype.js';
import type { BufferView, GatherKernel, ScatterKernel } from '../../plan.js';
import { scatterStart } from '../../scatter-start.js';
import { type I32, i32 } from '../assembler.js';
import { constantVector } from '../expression.js';
import { type Address, flat, type KernelContext } from '../kernel-context.js';
import { startOf } from '../rows.js';
import { f32, store32 } from '../simd.js';
import { storeVector, vectorLoop } from '../vector-loop.js';
import { emitInTwoSteps, emitRowByRow } from './two-steps.js';

export function emitGather(context: KernelContext, kernel: GatherKernel): void {
  const { f } = context;
  const { source, sourceExtent } = kernel;
  emitInTwoSteps(context, kernel, (result) => {
    forEachRowOf(context, kernel, result, kernel.index, (row) => {
      const from = f.hold(flat(startOf(context, source, source.strides, [row.index])));
      const bytes = bytesPerElement[source.buffer.dtype];
      const address = i32.add(from, i32.mul(row.selected, source.strides[1] * bytes));
      const inside = i32.ltU(row.selected, i32.const(sourceExtent));
      f.if(
        inside,
        () => store32(f, row.element, loadElement(source, address)),
        () => store32(f, row.element, i32.const(0)),
      );
    });
  });
}

export function emitScatter(context: KernelContext, kernel: ScatterKernel): void {
  const { f } = context;
  const { source, count, operation } = kernel;
  const [, size] = kernel.shape;
  const dtype = source.buffer.dtype === 'float32' ? 'float32' : 'int32';
  const start = constantVector(scatterStart(operation, dtype), dtype);
  emitRowByRow(context, kernel, (row, target) => {
    const whole = { base: target, offset: 0, stride: 1 };
    vectorLoop(context, 0, size, (at) => storeVector(context, whole, dtype, at, start));
    const value = f.hold(flat(startOf(context, source, source.strides, [row])));
    const index = f.hold(flat(startOf(context, kernel.index, kernel.index.strides, [row])));
    const k = f.local('i32');
    f.for(k, 0, count, 1, () => {
      const selected = f.hold(i32.load(index));
      f.if(i32.ltU(selected, i32.const(size)), () => {
        const element = f.hold(i32.add(target, i32.mul(selected, 4)));
        if (dtype === 'float32') {
          f32.store(f, element, f32[operation](f32.load(element), f32.load(value)));
        } else store32(f, element, i32[operation](i32.load(element), i32.load(value)));
      });
      f.set(value, i32.add(value, i32.const(source.strides[1] * 4)));
      f.set(index, i32.add(index, i32.const(kernel.index.strides[1] * 4)));
    });
  });
}

interface Place {
  readonly index: I32;
  /** What the index tensor says here. */
  readonly selected: I32;
  /** Address of the result's element. */
  readonly element: I32;
}

function forEachRowOf(
  context: KernelContext,
  { shape: [rows, columns] }: GatherKernel,
  result: Address,
  index: BufferView,
  body: (place: Place) => void,
): void {
  const { f } = context;
  context.forEachTask({ count: rows * columns, cost: rows * columns, unit: 16 }, (position) => {
    const row = f.hold(i32.divU(position, columns));
    const column = f.hold(i32.remU(position, columns));
    const selected = f.hold(i32.load(flat(startOf(context, index, index.strides, [row, column]))));
    const element = f.hold(i32.add(flat(result), i32.mul(position, 4)));
    body({ index: row, selected, element });
  });
}

/** An element as its four bytes in scratch memory: bytes widened, bools as all ones. */
function loadElement({ buffer: { dtype } }: BufferView, address: I32): I32 {
  if (dtype === 'bool') return i32.sub(i32.const(0), i32.ne(i32.load8(address), 0));
  return dtype === 'uint8' ? i32.load8(address) : i32.load(address);
}
