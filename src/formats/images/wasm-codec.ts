/** Starts the coders of pictures that packages bring as WebAssembly, in Node and browsers. */

let last: Promise<unknown> = Promise.resolve();

/**
 * What `start` gives. In Node such packages make a global class ImageData when they start, which tells other code that
 * it runs in a browser; it is gone again afterwards. One starts after the other, so that none takes it from another.
 */
export function startCodec<Codec>(start: () => Promise<Codec>): Promise<Codec> {
  const started = last.then(async () => {
    const hadImageData = 'ImageData' in globalThis;
    try {
      return await start();
    } finally {
      if (!hadImageData) Reflect.deleteProperty(globalThis, 'ImageData');
    }
  });
  last = started.catch(() => {});
  return started;
}

/**
 * The module at `specifier`, such as '@jsquash/webp/codec/dec/webp_dec.wasm'; undefined in browsers, where packages
 * fetch it by its address, which Node cannot.
 */
export async function compileForNode(specifier: string): Promise<WebAssembly.Module | undefined> {
  if (!globalThis.process?.versions?.node) return undefined;
  const { readFile } = await import('node:fs/promises');
  return WebAssembly.compile(await readFile(new URL(import.meta.resolve(specifier))));
}
