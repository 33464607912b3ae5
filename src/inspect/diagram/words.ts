/** What stands at blocks and under titles: operations, sizes and counts in few letters. */

import { formatNumber } from '../../text/table.js';
import type { LayerNode } from '../layer-graph.js';
import type { Block } from './blocks.js';

/** Such as `3×3 conv 128 /2`: kernel, operation, channels and stride. */
export function blockText({ main, shape }: Block): string {
  const { kind, operation } = main;
  if (kind === 'convolution') {
    return [kernelText(main), operation, shape[0], ...groupText(main), ...strideText(main)].join(
      ' ',
    );
  }
  if (kind === 'pooling') {
    if (/^Adaptive/.test(main.layer) && !operation.startsWith('global')) {
      return `${operation} to ${shape.slice(1).join('×')}`;
    }
    return [kernelText(main), operation, ...strideText(main)]
      .filter((part) => part !== '')
      .join(' ');
  }
  if (kind === 'linear') return `${operation} ${shape[shape.length - 1]}`;
  return operation;
}

/** The same without the operation's name, where its colour must do. */
export function shortBlockText(block: Block): string {
  const { main, shape } = block;
  if (main.kind === 'convolution')
    return [kernelText(main), shape[0], ...strideText(main)].join(' ');
  if (main.kind === 'pooling') {
    const kind = main.operation.split(' ').slice(0, -1).join(' ');
    return [kernelText(main), kind, ...strideText(main)].filter((part) => part !== '').join(' ');
  }
  return blockText(block);
}

/** Width, height and channels, as lectures write them: `224×224×64`. */
export function shapeText(shape: readonly number[]): string {
  const [channels, ...extents] = shape;
  return [...extents.reverse(), channels].join('×');
}

const kernelText = ({ kernel }: LayerNode): string => (kernel ? `${kernel[0]}×${kernel[1]}` : '');

const strideText = ({ stride }: LayerNode): string[] => {
  if (!stride || (stride[0] === 1 && stride[1] === 1)) return [];
  return [stride[0] === stride[1] ? `/${stride[0]}` : `/${stride.join('×')}`];
};

const groupText = ({ groups }: LayerNode): string[] => (groups > 1 ? [`in ${groups} groups`] : []);

/** Three digits and a letter: `61.1 M`. */
export function countText(count: number): string {
  for (const [size, letter] of [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'K'],
  ] as const) {
    // From where it is rounded to one of the larger unit.
    if (count >= size * 0.9995) return `${formatNumber(count / size)} ${letter}`;
  }
  return String(count);
}
