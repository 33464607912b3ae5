/** `fovea look`: writes a page that shows what a network sees in a picture. */

import { basename } from 'node:path';
import { ready } from '../backends/default-backend.js';
import { writeFileAtomically } from '../formats/index.js';
import { classNamed } from './class-named.js';
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
      class:
        options.class === undefined
          ? null
          : classNamed('--class', options.class, { labels, count: probabilities.length }),
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
