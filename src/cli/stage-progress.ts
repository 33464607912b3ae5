/** The progress of work in stages: a bar for each in a terminal, a line for each elsewhere. */

import { createBar } from './progress-bar.js';
import { type Output, print } from './terminal.js';

export interface StageProgress {
  /** `what` names the stage. */
  show(what: string, done: number, count: number): void;
  /** Ends the bar, so that other text can follow. */
  stop(): void;
}

export function stageProgress(output: Output): StageProgress {
  if (output.isTerminal) {
    const bar = createBar(output);
    const show = (what: string, done: number, count: number) => {
      bar.show(what, done, count, `${Math.round((100 * done) / Math.max(1, count))} %`);
    };
    return { show, stop: bar.stop };
  }
  let before = '';
  return {
    show(what) {
      if (what !== before) print(output, what);
      before = what;
    },
    stop() {},
  };
}
