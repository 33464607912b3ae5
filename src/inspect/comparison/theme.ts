/** The colours of charts, on light pages and on dark ones. */

/** Told apart by those as well who see few colours (Okabe and Ito). */
export const chartColors = [
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#cc79a7',
  '#e69f00',
  '#56b4e9',
  '#888888',
];

/** How many groups have a colour of their own. */
export const groupColors = chartColors.length;

interface Ink {
  readonly paper: string;
  readonly text: string;
  readonly faint: string;
  readonly grid: string;
}

const light: Ink = { paper: '#ffffff', text: '#1f2328', faint: '#59636e', grid: '#e3e6ea' };
const dark: Ink = { paper: '#0d1117', text: '#e6edf3', faint: '#9aa4af', grid: '#262c34' };

const inked = ({ paper, text, faint, grid }: Ink): string[] => [
  `.paper{fill:${paper}}`,
  `.title,.name,.key{fill:${text}}`,
  `.tick,.axis-name{fill:${faint}}`,
  `.axis,.ring,.leader{stroke:${faint}}`,
  `.grid{stroke:${grid}}`,
  // A rim in the colour of the page, so that names stay legible on circles.
  `.name{stroke:${paper}}`,
  `.middle{fill:${text}}`,
];

export type Theme = 'light' | 'dark' | 'auto';

/** The style sheet of a chart, without variables, which not every program that shows SVG knows. */
export const styleSheet = (theme: Theme): string =>
  [
    'text{font-family:system-ui,"Helvetica Neue",Arial,"Liberation Sans",sans-serif}',
    '.title{font-weight:700}',
    '.name{stroke-width:3;paint-order:stroke;stroke-linejoin:round}',
    '.area{fill-opacity:.5;stroke-width:1.5}',
    '.ring{fill:none}',
    '.leader{stroke-width:.8}',
    ...chartColors.map((color, i) => `.g${i} .area{fill:${color};stroke:${color}}`),
    ...inked(theme === 'dark' ? dark : light),
    ...(theme === 'auto' ? [`@media(prefers-color-scheme:dark){${inked(dark).join('')}}`] : []),
  ].join('\n');
