/** Renders SVG pictures as PNG files, in Node, with a font of its own so that text looks alike everywhere. */

import { ValueError } from '../graph/errors.js';

export interface SvgToPngOptions {
  /** Pixels for each unit of the picture. Default: 2. */
  readonly scale?: number;
  /** A CSS colour behind the picture. Default: none, transparent where the picture paints nothing. */
  readonly background?: string;
}

type Renderer = (svg: string, options: SvgToPngOptions) => Uint8Array;

/** Of the Latin letters, digits, and signs such as × · − µ ² ½: no arrows, no Greek. */
const fontFiles = ['400', '700'].map(
  (weight) => `@fontsource/lato/files/lato-latin-${weight}-normal.woff2`,
);

/** Most pixels of a picture: 400 MB while it is drawn. */
const mostPixels = 1e8;

let renderer: Promise<Renderer> | null = null;

/**
 * The bytes of a PNG file that shows `svg`; all text is set in Lato, regular or bold.
 *
 * The picture needs a width and a height. Of CSS, simple selectors in a `<style>` are understood; media
 * queries and variables are not. Throws ValueError when the text is no SVG, or its picture too large.
 *
 *     await writeFileAtomically('chart.png', await svgToPng(svg, { background: 'white' }));
 */
export async function svgToPng(svg: string, options: SvgToPngOptions = {}): Promise<Uint8Array> {
  const { scale = 2 } = options;
  if (!(scale > 0)) throw new ValueError(`svgToPng: scale must be above 0, got ${scale}`);
  renderer ??= loadRenderer();
  return (await renderer)(svg, { ...options, scale });
}

async function loadRenderer(): Promise<Renderer> {
  const { readFile } = await import('node:fs/promises');
  const { createRequire } = await import('node:module');
  const { initWasm, Resvg } = await import('@resvg/resvg-wasm');
  const { resolve } = createRequire(import.meta.url);
  await initWasm(await readFile(resolve('@resvg/resvg-wasm/index_bg.wasm')));
  const fontBuffers = await Promise.all(fontFiles.map((name) => readFile(resolve(name))));
  return (svg, { scale = 1, background }) => {
    const picture = parsed(() => {
      return new Resvg(svg, {
        font: { fontBuffers, defaultFontFamily: 'Lato', sansSerifFamily: 'Lato' },
        fitTo: { mode: 'zoom', value: scale },
        background,
      });
    });
    try {
      const [width, height] = [picture.width * scale, picture.height * scale].map(Math.round);
      if (width * height > mostPixels) {
        throw new ValueError(
          `svgToPng: the picture would have ${width} x ${height} pixels; a smaller scale than ` +
            `${scale} makes it smaller`,
        );
      }
      const image = picture.render();
      const bytes = image.asPng();
      image.free();
      return bytes;
    } finally {
      picture.free();
    }
  };
}

function parsed<Picture>(parse: () => Picture): Picture {
  try {
    return parse();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ValueError(`svgToPng: this is no SVG picture that can be drawn: ${reason}`);
  }
}
