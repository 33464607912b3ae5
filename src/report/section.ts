/** What a section of a run's page is, and what it is made of. */

import type { SavedNetwork } from '../train/index.js';
import type { RecordedRun } from './read-run.js';
import type { RunPictures } from './run-pictures.js';

export interface ReportContent extends RunPictures {
  readonly run: RecordedRun;
  /** The weights; null where there are none that can be read. */
  readonly network: SavedNetwork | null;
}

/**
 * A part of the page with a headline of its own, for all runs that have what it shows.
 *
 * What it throws as FormatError stands on the page in its place; any other error ends the report.
 */
export interface ReportSection {
  readonly title: string;
  /** HTML below the headline, without anything from elsewhere; null for runs that it has nothing to tell of. */
  render(content: ReportContent): string | null | Promise<string | null>;
  /** Rules that it needs beside those of all pages; those of sections that are not shown are left out. */
  readonly style?: string;
  /** What the page does when it is used; each text runs once, behind all sections. */
  readonly script?: string;
}
