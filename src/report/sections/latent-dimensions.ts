/** Which dimensions of its codes a network uses. */

import { ACTIVE_VARIANCE, activeUnits } from '../../latent/generation/index.js';
import { latentContent } from '../latent-content.js';
import type { ReportSection } from '../section.js';

const mostBars = 128;

export const latentDimensionsSection: ReportSection = {
  title: 'Which dimensions are in use',
  async render(content) {
    const latent = await latentContent(content);
    const statistics = latent?.space?.statistics;
    if (!latent || !statistics) return null;
    const { run, space } = latent;
    const { deviation, latent: all } = statistics;
    const active = activeUnits(statistics);
    const dims = (space?.dims ?? []).slice(0, mostBars);
    const most = Math.max(...deviation, 1e-9);
    const bars = dims.map((dim) => {
      const used = deviation[dim] ** 2 > ACTIVE_VARIANCE;
      const words = `z${dim}: standard deviation ${deviation[dim].toFixed(3)}${used ? '' : ', not in use'}`;
      return `<i class="${used ? 'used' : 'idle'}" style="--height:${((100 * deviation[dim]) / most).toFixed(1)}%" title="${words}"><span>${dims.length <= 40 ? dim : ''}</span></i>`;
    });
    const why = space?.isPrior
      ? ' A dimension that is not worth its divergence keeps the prior for every picture, and says nothing.'
      : '';
    return (
      `<p class="lead"><b>${active} of ${all}</b> dimensions are in use: the codes of ${statistics.count.toLocaleString('en')} pictures differ in them ` +
      `by a variance above ${ACTIVE_VARIANCE} (active units, Burda et al. 2016).${why} ` +
      `Bars: standard deviations${run.latent > mostBars ? ` of the ${mostBars} largest` : ''}, up to ${most.toFixed(2)}.</p>` +
      `<div class="dimensions">${bars.join('')}</div>`
    );
  },
  style: `
.dimensions { display: flex; gap: 3px; height: 150px; align-items: end; padding-bottom: 22px; max-width: 900px; }
.dimensions i { position: relative; flex: 1 1 0; max-width: 40px; height: max(2px, var(--height)); border-radius: 3px 3px 0 0; background: #0072b2; }
.dimensions .idle { background: var(--soft); opacity: .6; } .dimensions i:hover { outline: 2px solid var(--accent); }
.dimensions span { position: absolute; top: 100%; left: 50%; transform: translateX(-50%); font: 11px/1.8 system-ui, sans-serif; color: var(--soft); }
@media (prefers-color-scheme: dark) { .dimensions .used { background: #3d9bd6; } }
`,
};
