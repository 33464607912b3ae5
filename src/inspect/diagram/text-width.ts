/** How wide text is, without a browser: on the safe side for the sans-serif fonts that are common. */

const narrow = "ijlt.,:;'|!()[] I";
const wide = 'mwMW%@';

/** In units of the picture, for text of the given size. */
export function textWidth(text: string, size: number): number {
  let units = 0;
  for (const letter of text) {
    if (narrow.includes(letter)) units += 0.36;
    else if (wide.includes(letter)) units += 0.95;
    else units += letter >= 'A' && letter <= 'Z' ? 0.72 : 0.6;
  }
  return units * size;
}
