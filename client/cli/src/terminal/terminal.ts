/** Where a command writes: results to one stream, everything else to the other. */
export interface Terminal {
  /** A result, on standard output. */
  print(text: string): void;
  /** A remark, on standard error. */
  note(text: string): void;
  /** What is going on just now: replaces the last such line on a terminal, else is a line of its own. */
  progress(text: string): void;
  /** A person is looking: progress may come often. */
  readonly isLive: boolean;
  readonly style: Style;
}

/** Marks text for the eye; leaves it alone where nobody looks. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  bad(text: string): string;
}

interface Stream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** @param isPlain no colours, whatever the stream is */
export function terminalOf({ out, err }: { out: Stream; err: Stream }, isPlain: boolean): Terminal {
  const isLive = err.isTTY === true;
  let hasProgress = false;
  const clear = () => {
    if (hasProgress) err.write('\r\u001B[2K');
    hasProgress = false;
  };
  return {
    isLive,
    style: styleFor(out.isTTY === true && !isPlain),
    print(text) {
      clear();
      out.write(`${text.replace(/\n$/, '')}\n`);
    },
    note(text) {
      clear();
      err.write(`${text.replace(/\n$/, '')}\n`);
    },
    progress(text) {
      clear();
      err.write(isLive ? text : `${text}\n`);
      hasProgress = isLive;
    },
  };
}

function styleFor(isColourful: boolean): Style {
  const sgr = (from: number, to: number) => (text: string) =>
    isColourful ? `\u001B[${from}m${text}\u001B[${to}m` : text;
  return { bold: sgr(1, 22), dim: sgr(2, 22), good: sgr(32, 39), bad: sgr(31, 39) };
}
