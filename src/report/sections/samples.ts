/** Pictures that a run wrote as it went, with one slider over the steps for all of them. */

import { escapeXml } from '../../text/escape-xml.js';
import type { ReportSection } from '../section.js';

const samplePath = /^samples\/(.+)-step(\d+)\.png$/;

export const samplesSection: ReportSection = {
  title: 'Samples over time',
  render({ pictures }) {
    const series = new Map<string, Map<number, string>>();
    for (const [path, uri] of pictures) {
      const match = samplePath.exec(path);
      if (!match) continue;
      const ofName = series.get(match[1]) ?? new Map<number, string>();
      series.set(match[1], ofName.set(Number(match[2]), uri));
    }
    if (series.size === 0) return null;
    const steps = [...new Set([...series.values()].flatMap((one) => [...one.keys()]))].sort(
      (a, b) => a - b,
    );
    const figures = [...series].map(([name, one]) => {
      const images = [...one].map(
        ([step, uri]) => `<img class="sharp" data-step="${step}" src="${uri}" alt="" hidden>`,
      );
      return `<figure class="series">${images.join('')}<figcaption>${escapeXml(name)}</figcaption></figure>`;
    });
    return `<label class="time"><input type="range" id="time" min="0" max="${steps.length - 1}" value="${steps.length - 1}" data-steps="${steps.join(' ')}" aria-label="Step"> <span id="when"></span></label><div class="pictures large">${figures.join('')}</div>`;
  },
  style: '.time input { width: min(480px, 70%); }',
  script: `
const time = document.querySelector('#time');
const steps = time.dataset.steps.split(' ').map(Number);
const show = () => {
  const step = steps[time.value];
  document.querySelector('#when').textContent = 'step ' + step;
  for (const series of document.querySelectorAll('.series')) {
    const images = [...series.querySelectorAll('img')];
    const due = images.filter((image) => Number(image.dataset.step) <= step);
    const last = due.reduce((a, b) => !a || Number(b.dataset.step) > Number(a.dataset.step) ? b : a, null);
    for (const image of images) image.hidden = image !== last;
  }
};
time.addEventListener('input', show);
show();
`,
};
