/** The part of the cli-progress package that the progress bar uses. */

declare module 'cli-progress' {
  export interface BarOptions {
    readonly stream?: NodeJS.WritableStream;
    readonly format?: (
      options: { readonly barsize: number },
      params: { readonly progress: number },
      payload: Readonly<Record<string, string>>,
    ) => string;
    readonly barsize?: number;
    readonly fps?: number;
    readonly gracefulExit?: boolean;
    readonly hideCursor?: boolean;
  }

  export class SingleBar {
    constructor(options: BarOptions);
    start(total: number, value: number, payload: Record<string, string>): void;
    update(value: number, payload: Record<string, string>): void;
    stop(): void;
  }

  const cliProgress: { readonly SingleBar: typeof SingleBar };
  export default cliProgress;
}
