/** How files of PyTorch's older layouts begin, which is how they are told from other files. */

/** Bytes that must be at hand to tell. */
export const torchStartBytes = 262;

const decoder = new TextDecoder('latin1');

/** Whether a file that begins with these bytes may be of the layout of pickles. */
export function isOldTorch(start: Uint8Array): boolean {
  // PROTO, or the magic number in the digits of protocols 0 and 1.
  return (start[0] === 0x80 && start[1] <= 5) || decoder.decode(start.subarray(0, 5)) === 'L1195';
}

/** Whether it is a tar archive, as PyTorch's first versions wrote. */
export function isTar(start: Uint8Array): boolean {
  return decoder.decode(start.subarray(257, torchStartBytes)) === 'ustar';
}
