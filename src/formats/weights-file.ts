/** Opens a file of named tensors in whichever format it is, which its content tells and never its name. */

import { type ByteSource, openFile } from './byte-source.js';
import { FormatError } from './format-error.js';
import { isNpy } from './npy-header.js';
import { openNpz } from './npz.js';
import { listed } from './quoted-name.js';
import { openSafetensors } from './safetensors.js';
import type { TensorSource } from './tensor-source.js';
import { isOldTorch, isTar, openTorch, torchStartBytes } from './torch/index.js';
import { isZip, openZip } from './zip.js';

/**
 * Opens weights: a safetensors file, a PyTorch checkpoint of either layout, or NumPy's `.npz`.
 *
 * Of the file only the names, shapes and dtypes are read; each tensor is read when it is asked for. What is
 * returned has to be closed, which closes a given source as well.
 *
 * @throws {FormatError} when the file is none of these, or is damaged.
 * @example
 * const weights = await openWeights('resnet18.pth');
 * for (const [name, { dtype, shape }] of weights.entries) console.log(name, dtype, shape);
 * await weights.close();
 */
export async function openWeights(file: string | ByteSource): Promise<TensorSource> {
  const source = typeof file === 'string' ? await openFile(file) : file;
  try {
    const start = await source.read(0, Math.min(torchStartBytes, source.size));
    if (isZip(start)) return await openArchive(source);
    // A tar archive may be of PyTorch's first versions, which is told there.
    if (isOldTorch(start) || isTar(start)) return await openTorch(source);
    const other = otherFormats.find(({ begins }) => begins(start));
    if (other) throw notWeights(source, `it is ${other.what}`, other.mend);
    // Its first eight bytes are a length; what is none of the others is refused there in detail.
    return await openSafetensors(source);
  } catch (error) {
    await source.close();
    throw error;
  }
}

const beginsWith = (text: string) => (start: Uint8Array) =>
  [...text].every((character, i) => start[i] === character.charCodeAt(0));

/** Printable bytes that tell a text: few, for letters of other languages may follow. */
const textStartBytes = 16;

const isPrintable = (byte: number): boolean =>
  (byte >= 0x20 && byte < 0x7f) || (byte >= 9 && byte <= 13);

/** What is often taken for weights, and where it is read instead. */
const otherFormats: readonly {
  readonly begins: (start: Uint8Array) => boolean;
  readonly what: string;
  readonly mend: string;
}[] = [
  {
    begins: isNpy,
    what: 'a single array of NumPy, without a name',
    mend: 'read it with decodeNpy, or save all arrays together with numpy.savez',
  },
  {
    begins: beginsWith('\x89HDF'),
    what: 'an HDF5 file, as Keras saves weights',
    mend: 'save the weights with numpy.savez or as safetensors',
  },
  {
    begins: beginsWith('\x1f\x8b'),
    what: 'packed by gzip',
    mend: 'unpack it with gunzip first',
  },
  {
    begins: (start) => start.length > 0 && start.subarray(0, textStartBytes).every(isPrintable),
    what: 'text',
    mend: 'give the file with the weights; downloads sometimes save a page of the site in their place',
  },
];

/** A zip archive: PyTorch's has a pickle in it, NumPy's nothing but arrays. */
async function openArchive(source: ByteSource): Promise<TensorSource> {
  const { entries } = await openZip(source);
  const names = [...entries.keys()];
  if (names.some((name) => /(^|\/)data\.pkl$/.test(name))) return openTorch(source);
  if (names.length === 0 || names.some((name) => name.endsWith('.npy'))) return openNpz(source);
  throw notWeights(
    source,
    `it is a zip archive of ${listed(names)}`,
    'take the weights out of the archive first',
  );
}

function notWeights(source: ByteSource, happened: string, mend: string): FormatError {
  return new FormatError(source.name, {
    happened,
    expected: 'weights: safetensors, a PyTorch checkpoint or an .npz archive',
    mend,
  });
}
