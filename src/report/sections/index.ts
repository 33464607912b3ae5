/** The sections of a run's page, in their order: a new kind of run adds its own here. */

import type { ReportSection } from '../section.js';
import { confusionSection } from './confusion.js';
import { curvesSection } from './curves.js';
import { firstLayerSection } from './first-layer.js';
import { latentAttributesSection } from './latent-attributes.js';
import { latentBoundSection } from './latent-bound.js';
import { latentDimensionsSection } from './latent-dimensions.js';
import { latentInterpolationsSection } from './latent-interpolations.js';
import { latentManifoldSection } from './latent-manifold.js';
import { latentReconstructionsSection } from './latent-reconstructions.js';
import { latentSamplesSection } from './latent-samples.js';
import { latentSpaceSection } from './latent-space.js';
import { latentTraversalsSection } from './latent-traversals.js';
import { mistakesSection } from './mistakes.js';
import { recipeSection } from './recipe.js';
import { samplesSection } from './samples.js';
import { systemSection } from './system.js';

export const reportSections: readonly ReportSection[] = [
  latentReconstructionsSection,
  latentSpaceSection,
  latentTraversalsSection,
  latentManifoldSection,
  latentInterpolationsSection,
  latentSamplesSection,
  latentAttributesSection,
  latentBoundSection,
  latentDimensionsSection,
  curvesSection,
  samplesSection,
  confusionSection,
  mistakesSection,
  firstLayerSection,
  systemSection,
  recipeSection,
];
