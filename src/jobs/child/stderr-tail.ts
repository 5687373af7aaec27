import type { Readable } from 'node:stream';

const keptBytes = 16_384;

/** The end of what a process wrote to stderr, bounded however much it writes. */
export class StderrTail {
  #tail = Buffer.alloc(0);
  #bytes = 0;

  /** @param onTooLong called once, when it wrote more than `limitBytes`. */
  constructor(
    stream: Readable | null,
    private readonly limitBytes: number,
    private readonly onTooLong: () => void,
  ) {
    stream?.on('data', (chunk: Buffer) => this.#take(chunk));
  }

  get text(): string {
    return this.#tail.toString('utf8').trim();
  }

  #take(chunk: Buffer): void {
    const before = this.#bytes;
    this.#bytes += chunk.length;
    this.#tail = Buffer.concat([this.#tail, chunk]).subarray(-keptBytes);
    if (before <= this.limitBytes && this.#bytes > this.limitBytes) this.onTooLong();
  }
}
