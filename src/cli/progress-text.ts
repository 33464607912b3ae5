/** Numbers of a training as text: what was measured, times, speeds, memory. */

import type { Metrics } from '../train/index.js';
import type { Pace } from './progress-pace.js';

/** A number that a training tells, by its name: shares of right answers in percent. */
export function formatMeasure(name: string, value: number): string {
  if (/accuracy$/i.test(name)) return `${(100 * value).toFixed(2)} %`;
  const size = Math.abs(value);
  if (size >= 1e5 || (size < 1e-3 && size > 0)) return value.toExponential(2);
  return value.toFixed(size >= 100 ? 2 : 4);
}

/** Such as `loss 0.0421` and `accuracy 98.61 %`. */
export const measuresOf = (metrics: Metrics): string[] =>
  Object.entries(metrics).map(([name, value]) => `${inWords(name)} ${formatMeasure(name, value)}`);

/** The same of an examination: `test loss 0.0421`. */
export const testMeasuresOf = (evaluation: Metrics | null): string[] =>
  measuresOf(evaluation ?? {}).map((text) => (text.startsWith('test ') ? text : `test ${text}`));

/** `real score` for realScore. */
const inWords = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

export const speedOf = ({ samplesPerSecond: speed }: Pace): string[] =>
  speed === null ? [] : [`${formatSpeed(speed)} pictures/s`];

const formatSpeed = (speed: number): string =>
  speed < 10 ? speed.toFixed(1) : Math.round(speed).toLocaleString('en');

export const timeLeft = ({ secondsLeft }: Pace): string[] =>
  secondsLeft === null ? [] : [`${formatTime(secondsLeft)} left`];

/** What the process holds of the computer's memory. */
export const memoryHeld = (): string => `${Math.round(process.memoryUsage.rss() / 1e6)} MB`;

/** How long something took: `6.1 s`, or `1:05 min`. */
export const formatDuration = (seconds: number): string =>
  seconds < 59.95 ? `${seconds.toFixed(1)} s` : `${formatTime(seconds)} min`;

/** Minutes and seconds, such as 1:05, or hours, 2:01:05. */
export function formatTime(seconds: number): string {
  const whole = Math.ceil(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  return hours > 0
    ? `${hours}:${two(minutes)}:${two(whole % 60)}`
    : `${minutes}:${two(whole % 60)}`;
}
