import type { Readable } from 'node:stream';

/** Which resumable uploads run now, one for each key, so that a client that comes back can take over from itself. */
export class ActiveUploads {
  private readonly running = new Map<string, { source: Readable; finished: Promise<unknown> }>();

  has(key: string): boolean {
    return this.running.has(key);
  }

  /** Breaks off the upload that runs under the key, if any, and waits until what it leaves is on record. */
  async interrupt(key: string): Promise<void> {
    for (let upload = this.running.get(key); upload !== undefined; upload = this.running.get(key)) {
      upload.source.destroy(new Error('the uploader goes on in another request'));
      await upload.finished;
    }
  }

  /** Runs `work`, which reads `source`, as the upload under the key. Call it at once after `has` or `interrupt`. */
  async run<T>(key: string, source: Readable, work: () => Promise<T>): Promise<T> {
    // Broken off while nothing reads it, the source would otherwise bring the process down.
    source.on('error', () => undefined);
    const result = work();
    const finished = result.catch(() => undefined).then(() => this.running.delete(key));
    this.running.set(key, { source, finished });
    try {
      return await result;
    } finally {
      await finished;
    }
  }
}
