/** `fovea look`: writes a page that shows what a network sees in a picture. */

import { basename } from 'node:path';
import { ready } from '../backends/default-backend.js';
import { writeFileAtomically } from '../formats/index.js';
import { nearestName } from '../text/nearest-name.js';
import { labelsOf } from './classify-command.js';
import { drawBars } from './draw/index.js';
import { type GivenStatistics, withStatistics } from './given-statistics.js';
import { answer, type LookProgress, lookInto } from './look/insight.js';
import { lookPage } from './look/page.js';
import { readNetworkPicture } from './network-picture.js';
import { openPictureNetwork } from './open-network.js';
import { createBar } from './progress-bar.js';
import { listenForStop } from './stop-signals.js';
import { print, type Terminal } from './terminal.js';
import { useThreads } from './threads.js';
import { UsageError } from './usage.js';
import { version } from './version.js';

export interface LookOptions extends GivenStatistics {
  readonly weights?: string;
  readonly labels?: string;
  readonly out: string;
  readonly layer?: string;
  /** A class's number or name. */
  readonly class?: string;
  readonly threads?: number;
  readonly json?: boolean;
}

/** Runs the command and returns the exit code; throws what goes wrong. */
export async function lookCommand(
  { name, path }: { name: string; path: string },
  options: LookOptions,
  { stdout, stderr }: Terminal,
): Promise<number> {
  if (options.threads !== undefined) useThreads(options.threads);
  const network = withStatistics(await openPictureNetwork(name, options), options);
  const picture = await readNetworkPicture(path, network.pictures);
  await ready();
  const bar = stderr.isTerminal ? createBar(stderr) : null;
  const stop = listenForStop(() => bar?.stop());
  try {
    const probabilities = answer(network, picture.input);
    const labels = await labelsOf(network, options.labels, probabilities.length);
    const insight = await lookInto(network, picture, {
      ...{ probabilities, labels, signal: stop.signal, layer: options.layer ?? null },
      class: options.class === undefined ? null : classOf(options.class, labels, probabilities),
      onProgress: ({ what, done, count }: LookProgress) => bar?.show('looking', done, count, what),
    });
    bar?.stop();
    const page = lookPage({
      ...{ network: titleOf(network.title), file: basename(path), picture, insight },
      writtenBy: `fovea ${version}`,
    });
    await writeFileAtomically(options.out, page);
    const { top, layer, layers, classes } = insight;
    if (options.json) {
      const looked = classes.map(({ index, label, probability }) => ({
        index,
        label,
        probability,
      }));
      const paths = layers.map((one) => one.path);
      const answers = {
        top,
        looked,
        gradCamLayer: layer.path,
        layers: paths,
        notes: picture.notes,
      };
      print(
        stdout,
        JSON.stringify({ network: network.title, file: path, out: options.out, ...answers }),
      );
      return 0;
    }
    const bars = top.map(({ label, probability }) => ({ label, value: probability }));
    print(stdout, drawBars(bars, { color: stdout.color }));
    print(stdout, `what ${network.title} sees in ${path} is shown in ${options.out}`);
    return 0;
  } catch (error) {
    if (!stop.signal.aborted || error !== stop.signal.reason) throw error;
    print(stderr, 'stopped; nothing was written');
    return stop.exitCode();
  } finally {
    bar?.stop();
    stop.release();
  }
}

/** Folders of runs are called by their last part. */
const titleOf = (title: string): string => basename(title);

/** The index that a number or a name means; names may be parts of labels. */
function classOf(
  text: string,
  labels: readonly string[] | null,
  { length }: ArrayLike<number>,
): number {
  if (/^\d+$/.test(text) && !labels?.includes(text)) {
    if (Number(text) < length) return Number(text);
    throw new UsageError(`--class ${text}: the classes are numbered from 0 to ${length - 1}`);
  }
  const wanted = text.toLowerCase();
  const lower = (labels ?? []).map((label) => label.toLowerCase());
  const exact = lower.indexOf(wanted);
  if (exact >= 0) return exact;
  const within = lower.findIndex((label) => label.split(/, */).includes(wanted));
  if (within >= 0) return within;
  const near = nearestName(text, labels ?? []);
  throw new UsageError(
    `--class ${text}: there is no class of that name; ` +
      (near
        ? `did you mean "${near}"?`
        : labels
          ? 'give one as the labels have it, or its number'
          : 'give its number, or the names of the classes with --labels FILE'),
  );
}
