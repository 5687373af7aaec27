import type { Duplex } from 'node:stream';

/**
 * The longest message that is taken, bytes: an evaluation of thousands of classes fits, and what fits is all that a
 * process can make its reader hold.
 */
export const longestMessageBytes = 64 * 1024 ** 2;

export interface MessageHandlers {
  /** A line that came, parsed; undefined where it is not JSON. */
  onMessage(message: unknown, bytes: number): void;
  /** A line passed `longestMessageBytes`. Nothing is read any more. */
  onTooLong(): void;
}

/**
 * Messages between a worker and the process of an attempt: a line of JSON each, over a socket that both inherit. Node's own
 * channel would read a message of any length into the worker's memory.
 */
export class MessageChannel {
  #parts: Buffer[] = [];
  #bytes = 0;
  #isOver = false;

  constructor(
    private readonly socket: Duplex,
    private readonly handlers: MessageHandlers,
  ) {
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    // The other side is gone: its end says the rest.
    socket.on('error', () => undefined);
  }

  /** Resolves once the message has left this process, or never will. */
  send(message: unknown): Promise<void> {
    return this.sendLine(JSON.stringify(message));
  }

  /** The same for a message that is JSON already. */
  sendLine(line: string): Promise<void> {
    return new Promise((resolve) => {
      if (!this.socket.writable) resolve();
      else this.socket.write(`${line}\n`, () => resolve());
    });
  }

  #take(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0 && !this.#isOver; end = chunk.indexOf(10, start)) {
      this.#keep(chunk.subarray(start, end));
      start = end + 1;
      if (!this.#isOver) this.#finish();
    }
    if (!this.#isOver) this.#keep(chunk.subarray(start));
  }

  #keep(part: Buffer): void {
    this.#bytes += part.length;
    if (this.#bytes <= longestMessageBytes) {
      this.#parts.push(part);
      return;
    }
    this.#isOver = true;
    this.#parts = [];
    this.handlers.onTooLong();
    // Whatever else comes is let go of unread.
    this.socket.removeAllListeners('data').resume();
  }

  #finish(): void {
    const line = Buffer.concat(this.#parts);
    [this.#parts, this.#bytes] = [[], 0];
    this.handlers.onMessage(parse(line), line.length);
  }
}

function parse(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString('utf8'));
  } catch {
    return undefined;
  }
}
