/**
 * Cuts a client's byte stream into the frames of PostgreSQL's protocol and hands them on in batches, each of which
 * ends where the client waits for an answer. A batch runs as a whole: Parse, Bind, Execute and Sync of one query
 * make one call into the database instead of five.
 *
 * @see https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
export class FrameReader {
  private chunks: Buffer[] = [];
  private bufferedBytes = 0;
  private batch: Buffer[] = [];
  private started = false;

  /** @returns what became complete, in order. */
  push(chunk: Buffer): FrameEvent[] {
    this.chunks.push(chunk);
    this.bufferedBytes += chunk.length;
    const events: FrameEvent[] = [];
    for (let frame = this.takeFrame(); frame !== undefined; frame = this.takeFrame()) {
      const event = this.started ? this.readFrame(frame) : this.readFirstFrame(frame);
      if (event !== undefined) events.push(event);
    }
    return events;
  }

  private readFirstFrame(frame: Buffer): FrameEvent | undefined {
    const request = frame.readInt32BE(4);
    if (request === requests.ssl || request === requests.gss) return { type: 'encryption-request' };
    if (request === requests.cancel) return { type: 'end' };
    this.started = true;
    return { type: 'batch', bytes: frame };
  }

  private readFrame(frame: Buffer): FrameEvent | undefined {
    const kind = String.fromCharCode(frame[0] ?? 0);
    if (kind === 'X') return { type: 'end' };
    this.batch.push(frame);
    if (!answered.has(kind)) return undefined;
    const bytes = Buffer.concat(this.batch);
    this.batch = [];
    return { type: 'batch', bytes };
  }

  private takeFrame(): Buffer | undefined {
    const header = this.started ? 5 : 8;
    if (this.bufferedBytes < header) return undefined;
    if ((this.chunks[0]?.length ?? 0) < header) this.chunks = [Buffer.concat(this.chunks)];
    const first = this.chunks[0] ?? Buffer.alloc(0);
    const length = this.started ? 1 + first.readInt32BE(1) : first.readInt32BE(0);
    if (length < header) throw new Error(`A protocol frame says it is ${length} bytes long.`);
    if (this.bufferedBytes < length) return undefined;
    const all = this.chunks.length === 1 ? first : Buffer.concat(this.chunks);
    this.chunks = all.length > length ? [all.subarray(length)] : [];
    this.bufferedBytes -= length;
    return all.subarray(0, length);
  }
}

export type FrameEvent = { type: 'batch'; bytes: Buffer } | { type: 'encryption-request' } | { type: 'end' };

const requests = { ssl: 80877103, gss: 80877104, cancel: 80877102 };

/** Query, Sync, Flush, function call, CopyDone, CopyFail: frames after which the server speaks. */
const answered = new Set(['Q', 'S', 'H', 'F', 'c', 'f']);
