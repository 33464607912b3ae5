/** Properties that are added to pictures: classes that lie near each other, and sheets that were kept in the run. */

import { withChannels } from '../../formats/images/with-channels.js';
import { decodePng } from '../../formats/index.js';
import {
  attributeSheet,
  attributeVector,
  keptSheets,
  meanCode,
} from '../../latent/generation/index.js';
import type { ContactSheet } from '../../latent/index.js';
import { escapeXml } from '../../text/escape-xml.js';
import { latentContent, type OwnPictures, pictureStack } from '../latent-content.js';
import type { ReportSection } from '../section.js';
import { sheetFigure, sheetStyle, smallUri } from '../sheet-figure.js';

const mostPairs = 3;
const rowsOfPair = 2;
/** Letters of all kept sheets together. */
const mostBytes = 400_000;

export const latentAttributesSection: ReportSection = {
  title: 'Properties, added by strength',
  async render(content) {
    const latent = await latentContent(content);
    if (!latent) return null;
    const { run, own } = latent;
    const parts = (await keptIn(run.folder)).map(
      ({ name, uri }) =>
        `<figure class="kept"><img src="${uri}" alt="${escapeXml(name)}"></figure>`,
    );
    if (own?.labels && run.numClasses === null) {
      const sheets = nearPairs(own, run.latent).map(([from, to]) => ofPair(from, to));
      const joined = joinedSheets(sheets);
      if (joined) parts.push(await sheetFigure(joined, 'properties added by strength'));
    }
    if (parts.length === 0) return null;
    return (
      '<p class="lead">The mean code of pictures with a property less the mean of those without is a direction. ' +
      'Added to the code of a picture it gives the property, subtracted it takes it away; 0 is the picture as the network has it.</p>' +
      parts.join('')
    );

    function ofPair(from: number, to: number): ContactSheet {
      const { having, lacking, first } = sidesOf(own!, run.latent, { from, to });
      const vector = attributeVector({ having, lacking }, run.latent);
      const stack = pictureStack(first.map(own!.picture));
      const { classes } = own!;
      const names = first.map(() => `${classes[from]} to ${classes[to]}`);
      return attributeSheet(run, stack, { vector, range: [-1, 2], steps: 7, names });
    }
  },
  style: `${sheetStyle} .kept { margin-bottom: 26px; } .kept img { max-width: min(100%, 960px); border-radius: 10px; display: block; }`,
};

async function keptIn(folder: string): Promise<{ name: string; uri: string }[]> {
  const { readdir, readFile } = await import('node:fs/promises');
  const { join } = await import('node:path');
  const names = await readdir(join(folder, keptSheets)).catch(() => []);
  const kept: { name: string; uri: string }[] = [];
  let room = mostBytes;
  for (const name of names.filter((file) => file.endsWith('.png')).sort()) {
    const path = join(folder, keptSheets, name);
    const bytes = await readFile(path).catch(() => null);
    if (bytes === null) continue;
    const uri = await smallUri(withChannels(decodePng(new Uint8Array(bytes), path), 3));
    room -= uri.length;
    if (room >= 0) kept.push({ name, uri });
  }
  return kept;
}

function sidesOf(
  { codes, labels }: OwnPictures,
  latent: number,
  { from, to }: { from: number; to: number },
) {
  const of = (label: number) => [...labels!.keys()].filter((i) => labels![i] === label);
  const codesAt = (places: readonly number[]) =>
    pictureStack(places.map((i) => codes.subarray(i * latent, (i + 1) * latent)));
  const lacking = of(from);
  return {
    having: codesAt(of(to)),
    lacking: codesAt(lacking),
    first: lacking.slice(0, rowsOfPair),
  };
}

/** Pairs of classes whose mean codes lie nearest to each other, each class in one pair at the most. */
function nearPairs({ codes, labels }: OwnPictures, latent: number): [number, number][] {
  const present = [...new Set(labels!)].sort((a, b) => a - b);
  const means = present.map((label) => {
    const rows = [...labels!.keys()].filter((i) => labels![i] === label);
    return meanCode(
      pictureStack(rows.map((i) => codes.subarray(i * latent, (i + 1) * latent))),
      latent,
    );
  });
  const all = present.flatMap((from, a) =>
    present.slice(a + 1).map((to, k) => ({
      pair: [from, to] as [number, number],
      distance: Math.hypot(...means[a].map((value, d) => value - means[a + 1 + k][d])),
    })),
  );
  const taken = new Set<number>();
  return all
    .sort((a, b) => a.distance - b.distance)
    .flatMap(({ pair }) => {
      if (pair.some((label) => taken.has(label)) || taken.size >= 2 * mostPairs) return [];
      for (const label of pair) taken.add(label);
      return [pair];
    });
}

/** One below the other. */
const joinedSheets = (sheets: readonly ContactSheet[]): ContactSheet | null =>
  sheets.length === 0
    ? null
    : {
        ...sheets[0],
        rows: sheets.flatMap(({ rows }) => rows),
        rowLabels: sheets.flatMap(({ rowLabels }) => rowLabels ?? []),
      };
