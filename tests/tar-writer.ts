/** Writes small tar archives (POSIX ustar) for tests. */

export interface TarEntry {
  readonly name: string;
  readonly content: Uint8Array;
  /** '0' for files, '5' for folders. Default: '0'. */
  readonly type?: string;
}

/** The archive of these files, with two blocks of zeros at its end. */
export function writeTar(entries: readonly TarEntry[]): Uint8Array<ArrayBuffer> {
  const blocks = entries.flatMap(({ name, content, type = '0' }) => {
    const padded = new Uint8Array(512 * Math.ceil(content.length / 512));
    padded.set(content);
    return [header(name, content.length, type), padded];
  });
  return Uint8Array.from(Buffer.concat([...blocks, new Uint8Array(1024)]));
}

function header(name: string, size: number, type: string): Uint8Array {
  const bytes = Buffer.alloc(512);
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`;
  bytes.write(name, 0);
  bytes.write(`${octal(0o644, 7)}${octal(0, 7)}${octal(0, 7)}`, 100);
  bytes.write(`${octal(size, 11)}${octal(0, 11)}        ${type}`, 124);
  bytes.write('ustar\x0000', 257);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return bytes;
}
