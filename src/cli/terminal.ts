/** Where a command writes to, and what can be shown there. */

/** One of the two output streams. */
export interface Output {
  readonly stream: NodeJS.WritableStream;
  readonly isTerminal: boolean;
  /** Whether colour is wanted and shown. */
  readonly color: boolean;
  readonly colorDepth: 8 | 24;
  readonly columns: number;
}

export interface Terminal {
  readonly stdout: Output;
  readonly stderr: Output;
}

/** The terminal that the process was started in; NO_COLOR and FORCE_COLOR are heard. */
export function processTerminal(): Terminal {
  return { stdout: outputTo(process.stdout), stderr: outputTo(process.stderr) };
}

/** Writes `text` and ends the line. */
export function print({ stream }: Output, text: string): void {
  stream.write(`${text}\n`);
}

function outputTo(stream: NodeJS.WriteStream): Output {
  const { NO_COLOR, FORCE_COLOR, COLORTERM, COLUMNS } = process.env;
  const forced = FORCE_COLOR !== undefined && FORCE_COLOR !== '0';
  const isTerminal = stream.isTTY === true;
  const depth = isTerminal ? stream.getColorDepth() : 1;
  const trueColour = depth === 24 || (forced && (FORCE_COLOR === '3' || COLORTERM === 'truecolor'));
  return {
    stream,
    isTerminal,
    color: !NO_COLOR && (forced || depth >= 8),
    colorDepth: trueColour ? 24 : 8,
    columns: stream.columns || Number(COLUMNS) || 80,
  };
}
