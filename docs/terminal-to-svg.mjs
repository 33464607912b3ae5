// Draws coloured terminal output as an SVG picture, half blocks as the two pixels that they are.
//
//     FORCE_COLOR=3 COLUMNS=92 npm start 2>&1 | node docs/terminal-to-svg.mjs > docs/start.svg

import { text } from 'node:stream/consumers';

const CELL = { width: 8, height: 16 };
const MARGIN = 16;
const PAPER = '#11151c';
const INK = '#d5dae3';
const NAMED = { 31: '#ff7b72', 32: '#5fd38d', 33: '#e3b341', 36: '#56b6c2' };

const plain = () => ({ ink: INK, paper: undefined, bold: false, dim: false });

/** The style after the codes of one escape sequence. */
function styled(style, codes) {
  let next = { ...style };
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i];
    if (code === 0) next = plain();
    else if (code === 1) next.bold = true;
    else if (code === 2) next.dim = true;
    else if (code === 22) next = { ...next, bold: false, dim: false };
    else if (code === 39) next.ink = INK;
    else if (code === 49) next.paper = undefined;
    else if (code in NAMED) next.ink = NAMED[code];
    else if ((code === 38 || code === 48) && codes[i + 1] === 2) {
      next[code === 38 ? 'ink' : 'paper'] = `rgb(${codes.slice(i + 2, i + 5).join()})`;
      i += 4;
    }
  }
  return next;
}

/** Runs of characters in one style, with the column where each begins. */
function runsOf(line) {
  const runs = [];
  let style = plain();
  let column = 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one.
  for (const part of line.split(/(\u001b\[[\d;]*m)/)) {
    if (part.startsWith('\u001b')) {
      style = styled(style, part.slice(2, -1).split(';').map(Number));
    } else if (part !== '') {
      runs.push({ text: part, column, style });
      column += [...part].length;
    }
  }
  return runs;
}

const rect = (x, y, width, height, fill) =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${fill}"/>`;

function drawRun({ text, column, style }, row) {
  const x = MARGIN + column * CELL.width;
  const y = MARGIN + row * CELL.height;
  const width = [...text].length * CELL.width;
  if (/^▀+$/.test(text)) {
    const half = CELL.height / 2;
    return (
      rect(x, y, width, half, style.ink) + rect(x, y + half, width, half, style.paper ?? PAPER)
    );
  }
  if (text.trim() === '') return '';
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const look = `${style.bold ? ' font-weight="bold"' : ''}${style.dim ? ' opacity="0.55"' : ''}`;
  return (
    `<text x="${x}" y="${y + 12}" textLength="${width}" fill="${style.ink}"${look} ` +
    `xml:space="preserve">${escaped}</text>`
  );
}

const lines = (await text(process.stdin)).trimEnd().split('\n').map(runsOf);
const ends = lines.flat().map((run) => run.column + [...run.text].length);
const width = Math.max(...ends) * CELL.width + 2 * MARGIN;
const height = lines.length * CELL.height + 2 * MARGIN;
const body = lines.map((runs, row) => runs.map((run) => drawRun(run, row)).join('')).join('\n');
console.log(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" ` +
    `width="${width}" height="${height}" font-family="ui-monospace, Menlo, Consolas, ` +
    `DejaVu Sans Mono, monospace" font-size="13" shape-rendering="crispEdges">\n` +
    `<title>Terminal output</title>\n` +
    `<rect width="100%" height="100%" rx="8" fill="${PAPER}"/>\n${body}\n</svg>`,
);
