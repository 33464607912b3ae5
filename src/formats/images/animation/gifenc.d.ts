/** The part of the gifenc package that writes animated GIF files. */

declare module 'gifenc' {
  type Colour = readonly number[];

  interface FrameOptions {
    readonly palette: readonly Colour[];
    /** Milliseconds, of which GIF keeps hundredths of a second. */
    readonly delay: number;
    /** How often it is shown again; 0 is for ever, -1 never. */
    readonly repeat?: number;
    /** 2 clears the frame before the next one. */
    readonly dispose?: number;
    readonly transparent?: boolean;
    readonly transparentIndex?: number;
  }

  interface Encoder {
    writeFrame(indices: Uint8Array, width: number, height: number, options: FrameOptions): void;
    finish(): void;
    bytes(): Uint8Array;
  }

  export interface Gifenc {
    GIFEncoder(): Encoder;
    /** At most `colours` colours that stand for those of RGBA pixels. */
    quantize(rgba: Uint8Array, colours: number): number[][];
    applyPalette(rgba: Uint8Array, palette: readonly Colour[]): Uint8Array;
  }

  /** Node finds all functions here. */
  const gifenc: Gifenc;
  export default gifenc;
  /** Bundlers find them by name alone. */
  export const quantize: Gifenc['quantize'] | undefined;
}
