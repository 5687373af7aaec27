import { readdir, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import {
  openShard,
  readShardHeader,
  rowBytes,
  shardExtension,
  writeShard,
  type OpenShard,
  type ShardHeader,
} from './feature-shard.js';
import type { RowKind } from './row-kind.js';

/** Memory that several stores share for rows they hold there. */
export interface RowMemory {
  freeBytes: number;
  /** Hold whatever fits, or only what the disk does not take. */
  when: 'always' | 'disk-fails';
}

export interface RowStoreOptions {
  /** Of the whole cache; a store's own is named by its key. */
  folder: string;
  /** Digests of the pictures it is about. */
  wanted: ReadonlySet<string>;
  memory: RowMemory;
  log(message: string): void;
}

/**
 * The rows of one kind for some pictures: which shards of the cache hold them, opened and verified. Rows lie in memory
 * while there is room for them, the others are read from disk one by one.
 */
export class RowStore {
  readonly rowBytes: number;
  private readonly places = new Map<string, { shard: OpenShard; row: number }>();
  private readonly shards: OpenShard[] = [];
  /** Files that were looked at, and are not looked at again. */
  private readonly seen = new Set<string>();
  private readonly folder: string;
  private readonly wanted: ReadonlySet<string>;
  readonly memory: RowMemory;
  private readonly log: (message: string) => void;
  /** False: new rows are kept in memory alone, since the disk has no room or refused them. */
  onDisk = true;

  constructor(
    readonly kind: RowKind,
    { folder, wanted, memory, log }: RowStoreOptions,
  ) {
    this.rowBytes = rowBytes(kind);
    this.folder = folder;
    this.wanted = wanted;
    this.memory = memory;
    this.log = log;
  }

  get lockPath(): string {
    return join(this.folder, 'locks', `${this.kind.key.slice(0, 16)}.lock`);
  }

  get missingBytes(): number {
    return (this.wanted.size - this.places.size) * this.rowBytes;
  }

  has(picture: string): boolean {
    return this.places.has(picture);
  }

  /** Takes over every row wanted that the folder holds by now. Damaged shards are removed. */
  async refresh(): Promise<void> {
    const names = await readdir(this.keyFolder).catch(() => []);
    for (const name of names.filter((entry) => entry.endsWith(shardExtension)).sort()) {
      if (this.places.size === this.wanted.size) return;
      const path = join(this.keyFolder, name);
      if (this.seen.has(path)) continue;
      const header = await readShardHeader(path);
      if (header !== undefined && !header.images.some((picture) => this.lacks(picture))) continue;
      const shard = await openShard(path).catch((error: unknown) => this.passOver(error));
      if (shard === 'passed over') continue;
      this.seen.add(path);
      if (shard === undefined || !this.fits(shard.header)) {
        this.log(`A damaged part of the feature cache (${name.slice(0, 12)}) is thrown away.`);
        await shard?.close();
        await rm(path, { force: true }).catch(() => undefined);
        continue;
      }
      await this.adopt(shard);
      const now = new Date();
      await utimes(path, now, now).catch(() => undefined);
    }
  }

  /**
   * Keeps rows: on disk, or in memory alone where the disk does not take them. What neither takes is still missing
   * afterwards.
   */
  async append(pictures: string[], rows: Uint8Array, seconds: number): Promise<void> {
    const header: ShardHeader = { ...this.kind, images: pictures, seconds };
    const held = this.memory.when === 'always' ? this.hold(header, rows) : undefined;
    const path = this.onDisk ? await this.write(header, rows) : undefined;
    if (path !== undefined) this.seen.add(path);
    const reopen = async () => (path === undefined ? undefined : openShard(path).catch(() => undefined));
    const shard = held ?? (await reopen()) ?? this.hold(header, rows);
    if (shard !== undefined) this.place(shard);
  }

  /** Reads a picture's row, if the store has it. */
  async read(picture: string, target: Uint8Array): Promise<boolean> {
    const place = this.places.get(picture);
    if (place === undefined) return false;
    await place.shard.read(place.row, 1, target);
    return true;
  }

  /** Every shard's rows in one piece each: the quick way to all of them. */
  async *readShards(): AsyncGenerator<{ pictures: string[]; rows: Uint8Array }> {
    for (const shard of this.shards) {
      const { images } = shard.header;
      const rows = new Uint8Array(images.length * this.rowBytes);
      await shard.read(0, images.length, rows);
      yield { pictures: images, rows };
    }
  }

  /** Forgets all rows, and removes them from the disk. */
  async clear(): Promise<void> {
    await this.close();
    await rm(this.keyFolder, { recursive: true, force: true }).catch(() => undefined);
  }

  async close(): Promise<void> {
    this.places.clear();
    await Promise.all(this.shards.splice(0).map((shard) => shard.close()));
  }

  private get keyFolder(): string {
    return join(this.folder, this.kind.key);
  }

  private lacks(picture: string): boolean {
    return this.wanted.has(picture) && !this.places.has(picture);
  }

  private fits({ key, featureDim, dtype }: ShardHeader): boolean {
    return key === this.kind.key && featureDim === this.kind.featureDim && dtype === this.kind.dtype;
  }

  private async write(header: ShardHeader, rows: Uint8Array): Promise<string | undefined> {
    try {
      return await writeShard(this.keyFolder, header, rows);
    } catch (error) {
      // A full disk costs the cache, not the job.
      this.onDisk = false;
      this.log(`Features could not be kept (${systemCode(error)}).`);
      return undefined;
    }
  }

  /** Another job's eviction may be ahead of us; too many open files, say, are no reason to throw one away. */
  private passOver(error: unknown): 'passed over' {
    const code = systemCode(error);
    if (code !== 'ENOENT') this.log(`A part of the feature cache cannot be read for now (${code}).`);
    return 'passed over';
  }

  /** Moves a shard into memory if there is room. */
  private async adopt(shard: OpenShard): Promise<void> {
    const { header } = shard;
    const fits = header.images.length * this.rowBytes <= this.memory.freeBytes;
    if (this.memory.when === 'disk-fails' || !fits) return this.place(shard);
    const rows = new Uint8Array(header.images.length * this.rowBytes);
    await shard.read(0, header.images.length, rows);
    const inMemory = this.hold(header, rows);
    this.place(inMemory ?? shard);
    if (inMemory !== undefined) await shard.close();
  }

  private hold(header: ShardHeader, rows: Uint8Array): OpenShard | undefined {
    const { memory, rowBytes: width } = this;
    if (rows.length > memory.freeBytes) return undefined;
    memory.freeBytes -= rows.length;
    return {
      header,
      read(firstRow, rowCount, target) {
        target.set(rows.subarray(firstRow * width, (firstRow + rowCount) * width));
        return Promise.resolve();
      },
      close() {
        memory.freeBytes += rows.length;
        return Promise.resolve();
      },
    };
  }

  private place(shard: OpenShard): void {
    this.shards.push(shard);
    shard.header.images.forEach((picture, row) => {
      if (this.lacks(picture)) this.places.set(picture, { shard, row });
    });
  }
}

/** `ENOSPC`, say; messages of the file system name paths. */
function systemCode(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
