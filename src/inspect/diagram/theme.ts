/** The colours of diagrams, on light pages and on dark ones. */

import type { LayerKind } from '../layer-facts.js';

/** Front, top and side of what a kind of layer makes: the same on all pages, with dark text on them. */
const faces: Readonly<Record<LayerKind, readonly [front: string, top: string, side: string]>> = {
  input: ['#cfd5dd', '#e3e7ec', '#b3bbc6'],
  convolution: ['#f6c667', '#fbdf9f', '#d9a441'],
  pooling: ['#e4695e', '#f0958b', '#bf4a41'],
  linear: ['#7ea6e0', '#a9c5ee', '#5d86c2'],
  normalization: ['#82c99a', '#aedcbe', '#5fa878'],
  activation: ['#e98b3a', '#f3b075', '#c46d23'],
  dropout: ['#b9aea2', '#d2cac1', '#978b7e'],
  softmax: ['#b488d4', '#ccaee4', '#9166b3'],
  sum: ['#f4f4f2', '#ffffff', '#d9d9d6'],
  concatenation: ['#9fd3d6', '#c4e6e8', '#74b0b4'],
  view: ['#dddddd', '#eeeeee', '#c4c4c4'],
  other: ['#c9b458', '#dccb84', '#a39139'],
};

interface Ink {
  readonly paper: string;
  readonly text: string;
  readonly faint: string;
  readonly line: string;
  readonly edge: string;
}

const light: Ink = {
  paper: '#ffffff',
  text: '#1f2328',
  faint: '#59636e',
  line: '#57606a',
  edge: '#3b3f45',
};

const dark: Ink = {
  paper: '#0d1117',
  text: '#e6edf3',
  faint: '#9aa4af',
  line: '#9aa4af',
  edge: '#0d1117',
};

const inked = ({ paper, text, faint, line, edge }: Ink): string[] => [
  `.paper{fill:${paper}}`,
  `.title,.count{fill:${text};font-weight:700}`,
  `.size,.operation,.key{fill:${text}}`,
  `.totals,.name{fill:${faint}}`,
  `.flow,.bracket{stroke:${line}}`,
  `.head{fill:${line}}`,
  `.front,.top,.side{stroke:${edge}}`,
];

/** The style sheet of a picture, without variables, which not every program that shows SVG knows. */
export const styleSheet: string = [
  'text{font-family:system-ui,"Helvetica Neue",Arial,"Liberation Sans",sans-serif}',
  '.flow,.bracket{fill:none;stroke-width:1.2;stroke-linejoin:round}',
  '.front,.top,.side{stroke-width:.6;stroke-linejoin:round}',
  '.on-plate,.sign{fill:#1f2328}',
  '.sign{font-weight:700}',
  ...Object.entries(faces).flatMap(([kind, [front, top, side]]) => [
    `.${kind}.front{fill:${front}}`,
    `.${kind}.top{fill:${top}}`,
    `.${kind}.side{fill:${side}}`,
  ]),
  ...inked(light),
  `@media(prefers-color-scheme:dark){${inked(dark).join('')}}`,
].join('\n');
