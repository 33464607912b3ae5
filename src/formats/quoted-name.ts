/** Names out of files, made fit for messages. */

/** A name in quotes, short enough for a message and without control characters. */
export function quoted(name: string): string {
  const text = JSON.stringify(name).slice(1, -1);
  return `'${text.length > 80 ? `${text.slice(0, 79)}…` : text}'`;
}

/** The first names in quotes, and how many more there are. */
export function listed(names: readonly string[]): string {
  const shown = 8;
  const more = names.length > shown ? ` and ${names.length - shown} more` : '';
  return names.slice(0, shown).map(quoted).join(', ') + more;
}
