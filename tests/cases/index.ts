/** The cases of every primitive. */

import type { PrimitiveName } from '../../src/graph/vocabulary.js';
import type { PrimitiveCases } from './case.js';
import { elementwiseCases } from './elementwise.js';
import { joinCases } from './joins.js';
import { reductionCases } from './reductions.js';
import { structuredCases } from './structured.js';
import { viewCases } from './views.js';

/** Exhaustive: a new primitive does not compile without cases. */
export const primitiveCases: { readonly [Name in PrimitiveName]: PrimitiveCases } = {
  ...elementwiseCases,
  ...viewCases,
  ...reductionCases,
  ...joinCases,
  ...structuredCases,
};
