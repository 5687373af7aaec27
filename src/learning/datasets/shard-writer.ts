import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { tarEnd, tarFile } from './tar-writer.js';

/** A shard is closed at this size: large enough to store well, small enough to fetch one alone. */
const defaultShardBytes = 64 * 1024 ** 2;

/** Writes pictures, in the order they come, into tar shards of about `maxBytes`, and says where each one stands. */
export class ShardWriter {
  /** Paths of the shards begun so far, within the data set. */
  readonly shards: string[] = [];
  private file: FileHandle | undefined;
  private position = 0;

  constructor(
    private readonly folder: string,
    private readonly maxBytes = defaultShardBytes,
  ) {}

  async add(path: string, bytes: Buffer): Promise<{ shard: number; offset: number }> {
    const { header, padding } = tarFile(path, bytes.byteLength);
    if (this.position > 0 && this.position + header.byteLength + bytes.byteLength > this.maxBytes)
      await this.end();
    this.file ??= await this.begin();
    await this.file.appendFile(Buffer.concat([header, bytes, padding]));
    const offset = this.position + header.byteLength;
    this.position = offset + bytes.byteLength + padding.byteLength;
    return { shard: this.shards.length - 1, offset };
  }

  /** Ends the shard that is being written. */
  async end(): Promise<void> {
    await this.file?.appendFile(tarEnd);
    await this.close();
  }

  /** Lets go of the file as it stands; for failures. */
  async close(): Promise<void> {
    const file = this.file;
    this.file = undefined;
    this.position = 0;
    await file?.close();
  }

  private async begin(): Promise<FileHandle> {
    const path = `shards/${String(this.shards.length).padStart(5, '0')}.tar`;
    await mkdir(join(this.folder, 'shards'), { recursive: true });
    this.shards.push(path);
    return open(join(this.folder, path), 'w');
  }
}
