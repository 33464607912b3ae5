/** Small pictures in the terminal: two pixels per character, in colour or as shades. */

import { fit, pad, paint } from './paint.js';

/** A picture of `[height, width]` grey or `[height, width, 3]` RGB bytes. */
export interface Picture {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** One or more lines beneath the picture, such as `7 -> 1  99.8 %`. */
  readonly caption: string;
  /** Colours the caption, for example green when the answer is right. */
  readonly paint?: 'green' | 'red';
}

export interface PictureOptions {
  /** Pictures side by side. */
  readonly columns: number;
  /** Whether the terminal shows colour. */
  readonly color: boolean;
  /** Bits of a colour as `tty.WriteStream.getColorDepth()` tells them: 24, or 8 for 256 colours. */
  readonly colorDepth?: 8 | 24;
  /** The characters used without colour: block elements, or letters that every terminal has. */
  readonly characters?: 'blocks' | 'ascii';
}

type Colour = readonly [red: number, green: number, blue: number];

const gap = '  ';
const reset = '\u001b[0m';

/**
 * The pictures side by side, `columns` a line, each with its caption beneath.
 *
 * Without colour a bright pixel is a dense character, as on a dark terminal.
 *
 * @example
 * drawPictures([{ pixels, width: 28, height: 28, caption: '7 -> 1  99.8 %' }], {
 *   columns: 4, color: true });
 */
export function drawPictures(pictures: readonly Picture[], options: PictureOptions): string {
  const columns = Math.max(1, Math.floor(options.columns));
  const blocks: string[] = [];
  for (let i = 0; i < pictures.length; i += columns) {
    blocks.push(drawLine(pictures.slice(i, i + columns), options));
  }
  return blocks.join('\n\n');
}

function drawLine(pictures: readonly Picture[], options: PictureOptions): string {
  const draw = options.color ? drawColour : drawShades;
  const drawn = pictures.map((picture) => draw(picture, options));
  const captions = pictures.map(({ caption }) => caption.split('\n'));
  const lines: string[] = [];
  for (let y = 0; y < Math.max(...drawn.map((rows) => rows.length)); y++) {
    lines.push(drawn.map((rows, i) => rows[y] ?? ' '.repeat(pictures[i].width)).join(gap));
  }
  for (let y = 0; y < Math.max(...captions.map((rows) => rows.length)); y++) {
    const cells = pictures.map(({ width, paint: style }, i) => {
      const text = fit(captions[i][y] ?? '', width);
      return paint(text, style, options.color) + pad('', width - [...text].length);
    });
    lines.push(cells.join(gap));
  }
  return lines.map((line) => line.trimEnd()).join('\n');
}

/** Each character is an upper half block: its ink is the upper pixel, its paper the lower one. */
function drawColour(picture: Picture, { colorDepth = 8 }: PictureOptions): string[] {
  const code = colorDepth === 24 ? trueColour : paletteColour;
  const rows: string[] = [];
  for (let y = 0; y < picture.height; y += 2) {
    let row = '';
    let current = '';
    for (let x = 0; x < picture.width; x++) {
      const ink = code(colourAt(picture, x, y));
      const paper = y + 1 < picture.height ? code(colourAt(picture, x, y + 1)) : undefined;
      const style = `\u001b[38;${ink}${paper === undefined ? '' : `;48;${paper}`}m`;
      if (style !== current) row += style;
      current = style;
      row += '▀';
    }
    rows.push(row + reset);
  }
  return rows;
}

function trueColour([red, green, blue]: Colour): string {
  return `2;${red};${green};${blue}`;
}

/** The nearest of the 24 greys or of the 6 x 6 x 6 colours of the 256-colour palette. */
function paletteColour(colour: Colour): string {
  const [red, green, blue] = colour;
  if (red === green && green === blue) {
    if (red < 4) return '5;16';
    if (red > 246) return '5;231';
    return `5;${232 + Math.min(23, Math.max(0, Math.round((red - 8) / 10)))}`;
  }
  const [r, g, b] = colour.map((value) =>
    value < 48 ? 0 : value < 115 ? 1 : ((value - 35) / 40) | 0,
  );
  return `5;${16 + 36 * r + 6 * g + b}`;
}

const shades = [' ', '░', '▒', '▓', '█'];
const letters = ' .:-=+*#%@';
/** Two pixels this far apart are drawn as a half block, nearer ones as one shade. */
const edge = 0.5;

/** Each character stands for two pixels, one above the other. */
function drawShades(picture: Picture, { characters = 'blocks' }: PictureOptions): string[] {
  const rows: string[] = [];
  for (let y = 0; y < picture.height; y += 2) {
    let row = '';
    for (let x = 0; x < picture.width; x++) {
      const upper = brightnessAt(picture, x, y);
      const lower = y + 1 < picture.height ? brightnessAt(picture, x, y + 1) : 0;
      row += characters === 'ascii' ? letterOf((upper + lower) / 2) : blockOf(upper, lower);
    }
    rows.push(row);
  }
  return rows;
}

function letterOf(brightness: number): string {
  return letters[Math.round(brightness * (letters.length - 1))];
}

function blockOf(upper: number, lower: number): string {
  if (upper - lower > edge) return '▀';
  if (lower - upper > edge) return '▄';
  return shades[Math.round(((upper + lower) / 2) * (shades.length - 1))];
}

function brightnessAt(picture: Picture, x: number, y: number): number {
  const [red, green, blue] = colourAt(picture, x, y);
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
}

function colourAt({ pixels, width, height }: Picture, x: number, y: number): Colour {
  const i = y * width + x;
  if (pixels.length === width * height) return [pixels[i], pixels[i], pixels[i]];
  return [pixels[3 * i], pixels[3 * i + 1], pixels[3 * i + 2]];
}
