import { encodeRows } from './row-encoding.js';
import type { RowStore } from './row-store.js';

/** Rows per shard, at most, and bytes: so the most work a crash can lose, and the most that waits in memory. */
const shardRows = 512;
const shardBytes = 32 * 2 ** 20;

/** Collects rows for a store until they are worth a shard. */
export class ShardWriter {
  private pictures: string[] = [];
  private parts: Uint8Array[] = [];
  private bytes = 0;
  private began = performance.now();

  constructor(private readonly store: RowStore) {}

  async add(pictures: string[], rows: Float32Array): Promise<void> {
    const part = encodeRows(rows, this.store.kind.dtype);
    this.pictures.push(...pictures);
    this.parts.push(part);
    this.bytes += part.length;
    if (this.pictures.length >= shardRows || this.bytes >= shardBytes) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.pictures.length === 0) return;
    const { pictures, parts, bytes } = this;
    const rows = new Uint8Array(bytes);
    let offset = 0;
    for (const part of parts) {
      rows.set(part, offset);
      offset += part.length;
    }
    [this.pictures, this.parts, this.bytes] = [[], [], 0];
    const seconds = (performance.now() - this.began) / 1000;
    await this.store.append(pictures, rows, seconds);
    this.began = performance.now();
  }
}
