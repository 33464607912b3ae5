/** What each number of a code stands for. */

import { traversalSheet } from '../../latent/generation/index.js';
import type { LatentRun } from '../../latent/index.js';
import { latentContent, type OwnPictures, pictureStack, spreadPlaces } from '../latent-content.js';
import type { ReportSection } from '../section.js';
import { sheetFigure, sheetStyle } from '../sheet-figure.js';

const mostDims = 10;
const smallest = 1e-3;

export const latentTraversalsSection: ReportSection = {
  title: 'What the dimensions stand for',
  async render(content) {
    const latent = await latentContent(content);
    if (!latent?.space) return null;
    const { run, space, own } = latent;
    const deviation = space.statistics?.deviation;
    // The others do nothing.
    const dims = space.dims.filter((dim) => !deviation || deviation[dim] > smallest);
    const shown = dims.slice(0, mostDims);
    if (shown.length === 0) return null;
    const place = own ? wellDecoded(run, own) : 0;
    const sheet = traversalSheet(run, space, {
      dims: shown,
      ...(own && { code: own.code(place), label: own.labels?.[place] }),
    });
    const unit = space.isPrior ? '' : ', in standard deviations from the mean of all codes';
    return (
      `<p class="lead">Each row decodes the code of ${own ? 'one picture' : 'the middle'} with a single number changed, ` +
      `from −3 to +3${unit}. ${shown.length < run.latent ? `The ${shown.length} of ${run.latent} dimensions` : 'Dimensions'} ` +
      'that codes differ most in come first; names such as z3 count from 0.</p>' +
      (await sheetFigure(sheet, 'traversals of dimensions'))
    );
  },
  style: sheetStyle,
};

/** Pictures that are looked at for one that the network knows well. */
const candidates = 60;

/** The picture of which the decoder tells the most: the rest of its pixels' variance is least. */
function wellDecoded(run: LatentRun, own: OwnPictures): number {
  const places = spreadPlaces(own.count, candidates);
  const decoded = run.decode(pictureStack(places.map(own.code)), own.told(places));
  const size = decoded.length / places.length;
  const rests = places.map((place, i) => {
    const picture = own.picture(place);
    const mean = picture.reduce((sum, value) => sum + value, 0) / size;
    let [rest, all] = [0, 1e-9];
    for (let k = 0; k < size; k++) {
      rest += (picture[k] - decoded[i * size + k]) ** 2;
      all += (picture[k] - mean) ** 2;
    }
    return rest / all;
  });
  return places[rests.indexOf(Math.min(...rests))];
}
