import type { Readable } from 'node:stream';

const keptBytes = 16_384;

/** The end of what a process wrote to stderr, bounded however much it writes. */
export class StderrTail {
  #tail = Buffer.alloc(0);

  constructor(stream: Readable | null) {
    stream?.on('data', (chunk: Buffer) => {
      this.#tail = Buffer.concat([this.#tail, chunk]).subarray(-keptBytes);
    });
  }

  get text(): string {
    return this.#tail.toString('utf8').trim();
  }
}
