/** `fovea compare`: accuracy, operations and parameters of networks side by side, as a table and a chart. */

import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import {
  type ComparedNetwork,
  comparisonChart,
  comparisonPage,
  type ScaleKind,
  summarize,
  type Theme,
} from '../inspect/index.js';
import {
  createModel,
  familyOf,
  modelNames,
  publishedAccuracy,
  publishedNames,
} from '../models/index.js';
import { usualInput } from '../models/usual-input.js';
import type { Module } from '../nn/index.js';
import { nearestName } from '../text/nearest-name.js';
import { formatCount, formatTable } from '../text/table.js';
import { loadNetwork } from '../train/index.js';
import { checkPicturePath, writePicture } from './picture-file.js';
import { print, type Terminal } from './terminal.js';
import { UsageError } from './usage.js';

export interface CompareOptions {
  /** The file of the chart. */
  readonly out?: string;
  readonly title?: string;
  readonly scale?: ScaleKind;
  readonly dark?: boolean;
  readonly json?: boolean;
}

/** What is told of a network. */
interface Compared {
  readonly name: string;
  readonly dataset: string;
  /** In percent. */
  readonly top1: number;
  readonly top5: number | null;
  /** For one picture. */
  readonly multiplyAdds: number;
  readonly parameters: number;
  readonly source: string;
}

/** Runs the command and returns the exit code; throws what goes wrong. */
export async function compareCommand(
  names: readonly string[],
  options: CompareOptions,
  { stdout, stderr }: Terminal,
): Promise<number> {
  const { out, json } = options;
  if (out !== undefined) checkPicturePath(out);
  const networks: Compared[] = [];
  for (const name of names.length > 0 ? names : usualNames()) networks.push(await compared(name));
  networks.sort((a, b) => a.multiplyAdds - b.multiplyAdds);
  if (json) print(stdout, JSON.stringify({ networks, out: out ?? null }));
  else for (const line of formatTable(header, networks.map(rowOf))) print(stdout, line);
  if (!json) print(stdout, `\n${noteOf(networks)}`);
  if (out !== undefined) {
    // A PNG follows no page.
    const theme = options.dark ? 'dark' : /\.png$/i.test(out) ? 'light' : 'auto';
    await writePicture(out, {
      svg: () => chartOf(networks, options, theme),
      page: () =>
        comparisonPage({
          title: options.title ?? usualTitle,
          chart: chartOf(networks, options, 'auto'),
          header,
          rows: networks.map(rowOf),
          note: noteOf(networks),
        }),
    });
    print(json ? stderr : stdout, `the chart is in ${out}`);
  }
  return 0;
}

/** Those that torchvision has, whose accuracies were measured alike. */
const usualNames = (): string[] =>
  publishedNames('ImageNet').filter((name) =>
    publishedAccuracy(name)?.source.startsWith('torchvision'),
  );

async function compared(name: string): Promise<Compared> {
  if (!modelNames().includes(name)) return ofRun(name);
  const published = publishedAccuracy(name);
  if (!published) {
    throw new UsageError(
      `no accuracy of ${name} is published here; train it, and name the folder of the run instead`,
    );
  }
  const { top1, top5, dataset, source } = published;
  // Heads that only help to train are no part of what is published.
  const options = name.startsWith('googlenet') ? { auxiliary: false } : {};
  return {
    name,
    dataset,
    top1,
    top5,
    source,
    ...costs(createModel(name, options), usualInput(name)),
  };
}

/** A network that was trained here; throws UsageError when it was never examined. */
async function ofRun(folder: string): Promise<Compared> {
  const status = await stat(folder).catch(() => null);
  if (!status) {
    const near = nearestName(folder, modelNames());
    throw new UsageError(
      `there is no model and no folder of a run "${folder}"` +
        (near ? `; did you mean "${near}"?` : `; the models are ${modelNames().join(', ')}`),
    );
  }
  const { config } = await loadNetwork(folder);
  const { testAccuracy } = config.training;
  if (typeof testAccuracy !== 'number' || !(testAccuracy > 0)) {
    throw new UsageError(
      `the network in ${folder} was not examined, so that its accuracy is not known; train it to the end`,
    );
  }
  return {
    name: basename(folder),
    dataset: config.data.name,
    // Without what binary fractions leave behind.
    top1: Number((100 * testAccuracy).toFixed(4)),
    top5: null,
    source: folder,
    ...costs(createModel(config.model.name, config.model.options), config.data.shape),
  };
}

function costs(
  model: Module,
  shape: readonly number[],
): Pick<Compared, 'multiplyAdds' | 'parameters'> {
  const { multiplyAdds, parameters } = summarize(model, [[1, ...shape]]).totals;
  return { multiplyAdds, parameters };
}

const header = ['network', 'data', 'top-1', 'top-5', 'multiply-adds', 'parameters'];

const rowOf = ({ name, dataset, top1, top5, multiplyAdds, parameters }: Compared): string[] => [
  name,
  dataset,
  `${top1.toFixed(2)} %`,
  top5 === null ? '–' : `${top5.toFixed(2)} %`,
  formatCount(multiplyAdds),
  formatCount(parameters),
];

const noteOf = (networks: readonly Compared[]): string => {
  const sources = [...new Set(networks.map(({ source }) => source))];
  return `accuracies: ${sources.join('; ')}; multiply-adds of convolutions and fully connected layers for one picture`;
};

const usualTitle = 'Accuracy against operations for one forward pass';

function chartOf(
  networks: readonly Compared[],
  { title = usualTitle, scale }: CompareOptions,
  theme: Theme,
): string {
  const datasets = new Set(networks.map(({ dataset }) => dataset));
  const shown = networks.map(
    ({ name, dataset, top1, multiplyAdds, parameters }): ComparedNetwork => {
      // Accuracies on other pictures are another thing.
      const group = datasets.size > 1 ? dataset : familyOf(name);
      return { name, multiplyAdds, parameters, accuracy: top1, group };
    },
  );
  const on = datasets.size === 1 ? ` on ${[...datasets][0]}` : '';
  return comparisonChart(shown, {
    ...{ title, scale, theme },
    accuracyLabel: `top-1 accuracy${on} (%)`,
  });
}
