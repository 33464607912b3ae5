/** Tells why a text is no well-formed XML, as far as pictures use it. */

const token =
  /<!--.*?-->|<(\/?)([A-Za-z][\w:.-]*)((?:\s+[\w:.-]+="[^"<]*")*)\s*(\/?)>|([^<]+)|(<)/gs;
const entity = /&(?!(?:amp|lt|gt|quot|#39|#\d+);)/;

/** What is wrong with `text`, in order; empty when it is one element, well-formed. */
export function xmlFaults(text: string): string[] {
  const faults: string[] = [];
  const open: string[] = [];
  let roots = 0;
  for (const [whole, closing, name, attributes, empty, words, stray] of text.matchAll(token)) {
    if (stray !== undefined) faults.push(`a stray < near ${JSON.stringify(text.slice(0, 40))}`);
    if (entity.test(words ?? attributes ?? '')) faults.push(`a bare & in ${whole.slice(0, 60)}`);
    if (words !== undefined && words.trim() !== '' && open.length === 0) {
      faults.push(`text outside: ${words.trim().slice(0, 40)}`);
    }
    if (name === undefined) continue;
    const names = [...(attributes ?? '').matchAll(/([\w:.-]+)=/g)].map(
      ([, attribute]) => attribute,
    );
    if (new Set(names).size !== names.length) faults.push(`an attribute twice in ${whole}`);
    if (closing === '/') {
      const last = open.pop();
      if (last !== name) faults.push(`</${name}> closes <${last}>`);
    } else {
      if (open.length === 0) roots++;
      if (empty !== '/') open.push(name);
    }
  }
  if (open.length > 0) faults.push(`<${open.join('><')}> stay open`);
  if (roots !== 1) faults.push(`${roots} elements at the root`);
  return faults;
}
