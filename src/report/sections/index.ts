/** The sections of a run's page, in their order: a new kind of run adds its own here. */

import type { ReportSection } from '../section.js';
import { confusionSection } from './confusion.js';
import { curvesSection } from './curves.js';
import { firstLayerSection } from './first-layer.js';
import { mistakesSection } from './mistakes.js';
import { recipeSection } from './recipe.js';
import { samplesSection } from './samples.js';
import { systemSection } from './system.js';

export const reportSections: readonly ReportSection[] = [
  curvesSection,
  samplesSection,
  confusionSection,
  mistakesSection,
  firstLayerSection,
  systemSection,
  recipeSection,
];
