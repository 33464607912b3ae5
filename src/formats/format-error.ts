/** The error of every file reader: what the file holds, what was expected and how to mend it. */

/** The three sentences of a `FormatError`. */
export interface FormatProblem {
  readonly happened: string;
  readonly expected: string;
  readonly mend: string;
}

/** A file that cannot be read or written; the message opens with the file's name. */
export class FormatError extends Error {
  override name = 'FormatError';
  readonly fileName: string;

  constructor(fileName: string, problem: FormatProblem, cause?: unknown) {
    super(
      `${fileName}: ${problem.happened}; expected ${problem.expected}; ${problem.mend}`,
      cause === undefined ? undefined : { cause },
    );
    this.fileName = fileName;
  }
}
