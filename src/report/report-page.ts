/** The page of a run: its headline, how to repeat it or go on, and the sections that it has. */

import { FormatError } from '../formats/index.js';
import { escapeXml } from '../text/escape-xml.js';
import { repeatCommand, resumeCommand } from './commands.js';
import { factCards } from './fact-cards.js';
import { htmlPage, type WrittenSection } from './html-page.js';
import { keyFacts } from './run-facts.js';
import type { ReportContent, ReportSection } from './section.js';
import { reportSections } from './sections/index.js';

/** The text of report.html. */
export async function reportPage(
  content: ReportContent,
  sections: readonly ReportSection[] = reportSections,
): Promise<string> {
  const { run } = content;
  const { config, problems } = run;
  const written: WrittenSection[] = [];
  for (const section of sections) {
    const html = await rendered(section, content);
    if (html !== null) written.push({ ...section, html });
  }
  return htmlPage({
    title: `${config.model.name} on ${config.data.name}`,
    lead: [
      factCards(keyFacts(run)),
      ...problems.map(problemHtml),
      `<p class="soft">To repeat it:</p><pre>${escapeXml(repeatCommand(run))}</pre>`,
      ...(run.state === 'finished'
        ? []
        : [`<p class="soft">To go on:</p><pre>${escapeXml(resumeCommand(run))}</pre>`]),
    ].join('\n'),
    sections: written,
    footer: `Trained with ${config.savedBy}.`,
  });
}

/** What cannot be read of one section leaves the others as they are. */
async function rendered(section: ReportSection, content: ReportContent): Promise<string | null> {
  try {
    return await section.render(content);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return problemHtml(error.message);
  }
}

const problemHtml = (problem: string): string => `<p class="problem">${escapeXml(problem)}</p>`;
