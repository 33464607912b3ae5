/** The part of the cli-progress package that progress bars use. */

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
    readonly clearOnComplete?: boolean;
    readonly forceRedraw?: boolean;
  }

  export class SingleBar {
    constructor(options: BarOptions);
    start(total: number, value: number, payload: Record<string, string>): void;
    update(value: number, payload: Record<string, string>): void;
    setTotal(total: number): void;
    stop(): void;
  }

  export class MultiBar {
    constructor(options: BarOptions);
    create(total: number, value: number, payload: Record<string, string>): SingleBar;
    /** Draws now what was to be drawn later. */
    update(): void;
    /** Writes lines above the bars when they are drawn next. */
    log(text: string): void;
    stop(): void;
  }

  const cliProgress: {
    readonly SingleBar: typeof SingleBar;
    readonly MultiBar: typeof MultiBar;
  };
  export default cliProgress;
}
