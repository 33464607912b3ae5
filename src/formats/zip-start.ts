/** How zip archives begin, which is how they are told from other files. */

/** Whether a file that begins with these bytes is a zip archive. */
export function isZip(start: Uint8Array): boolean {
  const [p, k, a, b] = start;
  return p === 0x50 && k === 0x4b && ((a === 3 && b === 4) || (a === 5 && b === 6));
}
