/** Reference kernels of the structured primitives: the definitions as plain nested loops. */

import type { ScatterOperation, StructuredName, WindowAttributes } from '../../graph/vocabulary.js';
import { philox4x32 } from '../../random/philox.js';
import { scatterStart } from '../scatter-start.js';
import { forEachIndex, positionIn, type ReferenceKernel, type Value } from './kernel.js';
import { wins } from './reductions.js';

export const structuredKernels: { readonly [Name in StructuredName]: ReferenceKernel<Name> } = {
  matmul: ({ inputs: [a, b], output }) => {
    const [batch, rows, depth] = a.shape;
    const columns = b.shape[2];
    for (let i = 0; i < batch; i++) {
      for (let m = 0; m < rows; m++) {
        for (let n = 0; n < columns; n++) {
          let total = 0;
          for (let k = 0; k < depth; k++) {
            total += a.data[(i * rows + m) * depth + k] * b.data[(i * depth + k) * columns + n];
          }
          output.data[(i * rows + m) * columns + n] = total;
        }
      }
    }
  },

  conv2d: ({ inputs: [x, weight], attributes: { stride, dilation }, output }) => {
    const [, batch, channels, height, width] = x.shape;
    const [, out, , kernelHeight, kernelWidth] = weight.shape;
    forEachIndex(output.shape, ([g, n, o, row, column], place) => {
      let total = 0;
      for (let c = 0; c < channels; c++) {
        const plane = (g * batch + n) * channels + c;
        const filter = (g * out + o) * channels + c;
        for (let i = 0; i < kernelHeight; i++) {
          for (let j = 0; j < kernelWidth; j++) {
            const y = row * stride[0] + i * dilation[0];
            const z = column * stride[1] + j * dilation[1];
            const value = x.data[(plane * height + y) * width + z];
            total += value * weight.data[(filter * kernelHeight + i) * kernelWidth + j];
          }
        }
      }
      output.data[place] = total;
    });
  },

  pad: ({ inputs: [x], attributes: { low, interior, value }, output }) => {
    output.data.fill(value);
    const position = positionIn(output.shape);
    forEachIndex(x.shape, (index, from) => {
      const target = index.map((i, dim) => low[dim] + i * (interior[dim] + 1));
      output.data[position(target)] = x.data[from];
    });
  },

  windowSum: ({ inputs: [x], attributes, output }) => {
    forEachWindow(x, output, attributes, (place, elements) => {
      for (const element of elements) output.data[place] += x.data[element];
    });
  },

  windowMax: ({ inputs: [x], attributes, output }) => {
    forEachWindow(x, output, attributes, (place, elements) => {
      output.data[place] = x.data[firstMaximum(x, elements)];
    });
  },

  windowArgmax: ({ inputs: [x], attributes, output }) => {
    const [height, width] = x.shape.slice(-2);
    forEachWindow(x, output, attributes, (place, elements) => {
      output.data[place] = firstMaximum(x, elements) % (height * width);
    });
  },

  gather: ({ inputs: [x, index], output }) => {
    const [rows, extent] = x.shape;
    const count = index.shape[1];
    for (let r = 0; r < rows; r++) {
      for (let k = 0; k < count; k++) {
        const from = index.data[r * count + k];
        if (from < 0 || from >= extent) continue;
        output.data[r * count + k] = x.data[r * extent + from];
      }
    }
  },

  scatter: ({ inputs: [x, index], attributes: { size, operation }, output }) => {
    const [rows, count] = x.shape;
    const join = joins[operation];
    output.data.fill(scatterStart(operation, x.dtype));
    for (let r = 0; r < rows; r++) {
      for (let k = 0; k < count; k++) {
        const to = index.data[r * count + k];
        if (to < 0 || to >= size) continue;
        const place = r * size + to;
        output.data[place] = join(output.data[place], x.data[r * count + k]);
      }
    }
  },

  argsort: ({ inputs: [x], attributes: { descending }, output }) => {
    const [rows, extent] = x.shape;
    for (let r = 0; r < rows; r++) {
      const row = x.data.subarray(r * extent, (r + 1) * extent);
      const columns = Array.from(row, (_, column) => column);
      // Array.prototype.sort is stable.
      columns.sort((i, j) => (descending ? compare(row[j], row[i]) : compare(row[i], row[j])));
      output.data.set(columns, r * extent);
    }
  },

  uniform: ({ inputs: [state], output }) => {
    const [keyLow, keyHigh, counter, stream] = state.data;
    for (let i = 0; i < output.data.length; i++) {
      const block = Math.floor(i / 4);
      const words = philox4x32([counter + block, 0, stream, 0], [keyLow, keyHigh]);
      output.data[i] = (words[i % 4] >>> 8) * 2 ** -24;
    }
  },
};

const joins: { readonly [Name in ScatterOperation]: (a: number, b: number) => number } = {
  add: (a, b) => a + b,
  mul: (a, b) => a * b,
  max: Math.max,
  min: Math.min,
};

/** Numbers in order, NaN above all of them. */
function compare(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a - b || 0;
}

/** Visits every window with its position in `output` and the positions of its elements in x, row by row. */
function forEachWindow(
  x: Value,
  output: Value,
  { kernel, stride, dilation }: WindowAttributes,
  visit: (place: number, elements: readonly number[]) => void,
): void {
  const position = positionIn(x.shape);
  const vertical = x.shape.length - 2;
  const horizontal = x.shape.length - 1;
  forEachIndex(output.shape, (index, place) => {
    const elements: number[] = [];
    for (let i = 0; i < kernel[0]; i++) {
      for (let j = 0; j < kernel[1]; j++) {
        const source = [...index];
        source[vertical] = index[vertical] * stride[0] + i * dilation[0];
        source[horizontal] = index[horizontal] * stride[1] + j * dilation[1];
        elements.push(position(source));
      }
    }
    visit(place, elements);
  });
}

/** The position of the first largest element, or of the first NaN. */
function firstMaximum(x: Value, elements: readonly number[]): number {
  let best = elements[0];
  for (const element of elements) {
    if (wins(x.data[element], x.data[best])) best = element;
  }
  return best;
}
