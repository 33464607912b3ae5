/** Pictures that a run wrote as it went, with one slider over the steps for all of them. */

import { escapeXml } from '../../text/escape-xml.js';
import { epochsOf } from '../curves.js';
import { inWords } from '../measure.js';
import { samplePlace } from '../run-pictures.js';
import type { ReportSection } from '../section.js';

export const samplesSection: ReportSection = {
  title: 'Samples over time',
  render({ run, pictures, leftOut }) {
    const series = seriesOf(pictures);
    if (series.size === 0) return null;
    const steps = [...new Set([...series.values()].flatMap((one) => [...one.keys()]))].sort(
      (a, b) => a - b,
    );
    const ends = epochsOf(run.entries);
    const labels = steps.map((step) => {
      const epoch = ends.find((end) => step <= end.step)?.epoch;
      const words = step === 0 ? 'before the first step' : `step ${step.toLocaleString('en')}`;
      return epoch === undefined || step === 0 ? words : `${words}, epoch ${epoch}`;
    });
    const last = steps.length - 1;
    const figures = [...series].map(([name, one]) => {
      const images = [...one].map(
        ([step, { uri, width }]) =>
          `<img class="sharp" data-step="${step}" style="width:${width}px" src="${uri}" alt="${escapeXml(name)} at step ${step}" hidden>`,
      );
      return `<figure class="series">${images.join('')}<figcaption><b>${escapeXml(inWords(name))}</b></figcaption></figure>`;
    });
    const some = leftOut > 0 ? ` ${leftOut} pictures are left out to keep this page small.` : '';
    return [
      `<p class="lead">What the run drew as it learned. Move the slider, or press the button to see it happen.${some}</p>`,
      `<div class="time"><button type="button" id="play" aria-label="Play">&#9654;</button>`,
      `<input type="range" id="time" min="0" max="${last}" value="${last}" aria-label="Step" data-steps="${steps.join(' ')}" data-labels="${escapeXml(JSON.stringify(labels))}">`,
      '<output id="when"></output></div>',
      `<div class="timeline">${figures.join('')}</div>`,
    ].join('');
  },
  style: `
.time { display: flex; align-items: center; gap: 14px; margin: 0 0 18px; position: sticky; top: 0; padding: 8px 0; background: var(--paper); z-index: 1; }
.time input { width: min(480px, 60%); } #when { font-variant-numeric: tabular-nums; }
#play { font: inherit; line-height: 1; width: 38px; height: 38px; border-radius: 50%; border: 0; background: var(--accent); color: var(--on-accent); cursor: pointer; }
.timeline { display: flex; flex-wrap: wrap; gap: 26px; align-items: flex-start; }
.series { max-width: 100%; } .series img { max-width: 100%; border-radius: 8px; display: block; }
`,
  script: `
const time = document.querySelector('#time');
const play = document.querySelector('#play');
const steps = time.dataset.steps.split(' ').map(Number);
const labels = JSON.parse(time.dataset.labels);
const show = () => {
  const step = steps[time.value];
  document.querySelector('#when').textContent = labels[time.value];
  for (const series of document.querySelectorAll('.series')) {
    const images = [...series.querySelectorAll('img')];
    const due = images.filter((image) => Number(image.dataset.step) <= step);
    const last = due.reduce((a, b) => !a || Number(b.dataset.step) > Number(a.dataset.step) ? b : a, null);
    for (const image of images) image.hidden = image !== last;
  }
};
let timer;
const pause = () => {
  clearInterval(timer);
  timer = undefined;
  play.textContent = '\\u25b6';
};
play.addEventListener('click', () => {
  if (timer) return pause();
  if (Number(time.value) === steps.length - 1) time.value = 0;
  else time.value = Number(time.value) + 1;
  show();
  play.textContent = '\\u275a\\u275a';
  timer = setInterval(() => {
    time.value = Number(time.value) + 1;
    show();
    if (Number(time.value) === steps.length - 1) pause();
  }, Math.max(120, Math.min(600, 6000 / steps.length)));
});
time.addEventListener('input', () => {
  pause();
  show();
});
show();
`,
};

interface Sample {
  readonly uri: string;
  /** That it is shown in. */
  readonly width: number;
}

/** Pictures by series and step. */
function seriesOf(pictures: ReadonlyMap<string, string>): Map<string, Map<number, Sample>> {
  const series = new Map<string, Map<number, Sample>>();
  for (const [path, uri] of [...pictures].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const place = samplePlace(path);
    if (!place) continue;
    const ofName = series.get(place.series) ?? new Map<number, Sample>();
    series.set(place.series, ofName.set(place.step, { uri, width: shownWidth(uri) }));
  }
  return series;
}

/** Small pictures are shown in whole multiples of their size, at least so high, */
const leastHeight = 110;
/** and so wide. */
const leastWidth = 220;

/** Of a PNG file as an address: its header comes first and always has the size at the same place. */
function shownWidth(uri: string): number {
  const header = Uint8Array.from(
    atob(uri.slice(uri.indexOf(',') + 1, uri.indexOf(',') + 33)),
    (letter) => letter.charCodeAt(0),
  );
  const view = new DataView(header.buffer);
  const width = Math.max(1, view.getUint32(16));
  const height = Math.max(1, view.getUint32(20));
  return width * Math.ceil(Math.max(leastWidth / width, leastHeight / height));
}
