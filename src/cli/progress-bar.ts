/** A bar in the terminal, with a title before it and a text behind it. */

import cliProgress, { type SingleBar } from 'cli-progress';
import type { Output } from './terminal.js';

export interface Bar {
  /** Moves the bar; another title begins a new one. */
  show(title: string, value: number, total: number, text: string): void;
  /** Ends the bar, so that other text can follow. */
  stop(): void;
}

/** A bar that appears when it is first shown. */
export function createBar(output: Output): Bar {
  let bar: SingleBar | null = null;
  let title = '';
  const stop = () => {
    bar?.stop();
    bar = null;
    title = '';
  };
  const show = (name: string, value: number, total: number, text: string) => {
    if (name !== title) stop();
    if (!bar) {
      title = name;
      bar = new cliProgress.SingleBar({
        stream: output.stream,
        // Signals are the command's own affair.
        gracefulExit: false,
        format: ({ barsize }, { progress }, payload) => {
          const full = Math.round(progress * barsize);
          return `${payload.title}  ${'█'.repeat(full)}${'░'.repeat(barsize - full)}  ${payload.text}`;
        },
        // What is left beside the longest text, so that 80 columns hold it all.
        barsize: Math.max(6, Math.min(24, output.columns - 74)),
      });
      bar.start(total, value, { title, text });
    }
    bar.update(value, { title, text });
  };
  return { show, stop };
}
