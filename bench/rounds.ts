/** Interleaving: engines take turns, so that whatever else the machine does hits all of them alike. */

import type { Session } from './session.js';
import { median } from './statistics.js';

export interface RoundsOptions {
  /** Seconds of counted steps for each session. */
  readonly seconds: number;
  /** How many turns these seconds are spread over. */
  readonly rounds: number;
  /** Called before each turn of all sessions, for what has to be measured in the same weather. */
  readonly beside?: () => void | Promise<void>;
}

/** Steps of slow engines take longer than a turn: this many are enough. */
const enoughSteps = 3;
/** Of an engine whose first step takes this many times its seconds (counted as two at least), that step is enough. */
const tooSlow = 3;
/** Shorter steps than this many milliseconds get settling steps at the start of each turn. */
const shortStep = 100;

/**
 * Milliseconds of every counted step, for each of `sessions` in order.
 *
 * A first turn warms up and is not counted. The order within a turn alternates (a b, b a, a b, …),
 * so that a drift of the machine's clock favours nobody. A session whose steps are longer than a
 * turn stops once it has used its seconds and made three steps; one whose first step takes three times
 * its seconds is not asked for another.
 */
export async function measureInRounds(
  sessions: readonly Session[],
  { seconds, rounds, beside }: RoundsOptions,
): Promise<number[][]> {
  const perRound = seconds / rounds;
  const typical: number[] = [];
  for (const session of sessions) {
    typical.push(median(await session.round({ seconds: perRound, settle: 0 })));
  }
  const limit = tooSlow * Math.max(seconds, 2) * 1e3;
  const times = typical.map((time) => (time > limit ? [time] : []));
  const spent = sessions.map(() => 0);
  const order = sessions.map((_, i) => i).filter((i) => typical[i] <= limit);
  for (let round = 0; round < rounds; round++) {
    await beside?.();
    for (const i of round % 2 === 0 ? order : order.toReversed()) {
      if (spent[i] >= seconds * 1e3 && times[i].length >= enoughSteps) continue;
      const settle = typical[i] < shortStep ? 3 : 0;
      const measured = await sessions[i].round({ seconds: perRound, settle });
      for (const time of measured) times[i].push(time);
      spent[i] += measured.reduce((total, time) => total + time, 0);
    }
  }
  return times;
}
