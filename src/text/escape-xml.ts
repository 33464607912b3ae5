/** Text inside HTML, SVG and other XML. */

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** `text` as it may stand in elements and in quoted attributes; characters that XML forbids become question marks. */
export const escapeXml = (text: string): string =>
  text
    .replace(/\p{Surrogate}/gu, '?')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML forbids.
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '?')
    .replace(/[&<>"']/g, (letter) => entities[letter]);
