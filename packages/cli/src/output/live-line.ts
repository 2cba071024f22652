import type { WriteStream } from "node:tty";

/** Draws each line over the one before where somebody looks on; `end` wipes it. A log file gets nothing. */
export class LiveLine {
  readonly #stream: WriteStream;
  #isDrawn = false;

  constructor(stream: WriteStream) {
    this.#stream = stream;
  }

  show(line: string): void {
    if (this.#stream.isTTY !== true) return;
    this.#stream.write(`\r\u001b[2K${line.slice(0, Math.max(20, (this.#stream.columns || 80) - 1))}`);
    this.#isDrawn = true;
  }

  end(): void {
    if (this.#isDrawn) this.#stream.write("\r\u001b[2K");
    this.#isDrawn = false;
  }
}
