import { readdir, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageSource } from '../images/image-source.js';
import type { ImageRunOptions } from '../images/run-on-images.js';
import { computeFeatures, type FeatureMatrix } from './compute-features.js';
import { evictFeatures } from './evict-features.js';
import type { FeatureExtractor } from './feature-extractor.js';
import { readShard, readShardHeader, shardExtension, writeShard } from './feature-shard.js';
import { withFileLock } from './file-lock.js';

/** A source that knows its pictures' digests. */
export type DigestedSource = ImageSource & Required<Pick<ImageSource, 'sha256'>>;

export interface CacheOptions extends ImageRunOptions {
  log?(message: string): void;
}

/** Pictures per shard, and so the most work a crash can lose. */
const shardRows = 512;
/** Rows recomputed on reuse. */
const sampleRows = 3;
/** How far a recomputed row may be off, relative to the largest value in it: float32 sums in another order. */
const tolerance = 1e-3;

/**
 * Keeps features across jobs, in a folder that several processes may share. A row is found by everything it depends
 * on: the frozen prefix, the cut, preprocessing, engine, and the picture's digest; so data sets that share pictures
 * share rows. Damaged shards are recognised by their digest, and on reuse a few rows are recomputed and compared.
 */
export class FeatureCache {
  constructor(
    private readonly folder: string,
    /** Bytes it may take; the least valuable shards go when there are more. */
    private readonly maxBytes: number,
  ) {}

  /** The features of all pictures of the source: from the cache where they are there, else computed and kept. */
  async complete(
    extractor: FeatureExtractor,
    source: DigestedSource,
    options: CacheOptions = {},
  ): Promise<FeatureMatrix[]> {
    const table = new RowTable(extractor, source);
    await this.fill(table, options);
    if (table.found > 0 && !(await this.holdsTrue(table, options))) {
      options.log?.('Cached features differ from recomputed ones: they are thrown away and computed again.');
      for (const { key } of extractor.cuts) await rm(this.keyFolder(key), { recursive: true, force: true });
      table.clear();
    }
    if (table.missing().length > 0) {
      const lock = join(
        this.folder,
        'locks',
        `${extractor.cuts.map(({ key }) => key.slice(0, 16)).join('-')}.lock`,
      );
      await withFileLock(lock, options.signal, async () => {
        // Whoever held the lock may have computed what is missing.
        await this.fill(table, options);
        await this.computeMissing(table, options);
      });
      await evictFeatures(this.folder, this.maxBytes);
    }
    options.progress?.(source.count, source.count);
    return table.matrices;
  }

  /** Takes over every row that the folder holds. */
  private async fill(table: RowTable, { log }: CacheOptions): Promise<void> {
    for (const [index, { key }] of table.extractor.cuts.entries()) {
      const folder = this.keyFolder(key);
      const names = await readdir(folder).catch(() => []);
      for (const name of names.filter((entry) => entry.endsWith(shardExtension)).sort()) {
        if (table.isComplete(index)) break;
        const path = join(folder, name);
        const header = await readShardHeader(path);
        if (header !== undefined && !table.wantsAny(index, header.images)) continue;
        const shard = await readShard(path);
        if (shard === undefined || shard.header.key !== key) {
          log?.(`A damaged part of the feature cache (${name.slice(0, 12)}) is thrown away.`);
          await rm(path, { force: true });
          continue;
        }
        table.take(index, shard.header.images, shard.rows);
        const now = new Date();
        await utimes(path, now, now).catch(() => undefined);
      }
    }
  }

  private async holdsTrue(table: RowTable, { signal }: CacheOptions): Promise<boolean> {
    const known = table.knownEverywhere();
    const sample = [0, 0.5, 1]
      .slice(0, sampleRows)
      .map((part) => known[Math.round(part * (known.length - 1))])
      .filter((index, position, list) => index !== undefined && list.indexOf(index) === position) as number[];
    if (sample.length === 0) return true;
    const fresh = await computeFeatures(table.extractor, table.source, sample, { signal });
    return fresh.every((matrix, cut) =>
      sample.every((image, row) =>
        nearlyEqual(
          table.row(cut, image),
          matrix.data.subarray(row * matrix.featureDim, (row + 1) * matrix.featureDim),
        ),
      ),
    );
  }

  private async computeMissing(table: RowTable, options: CacheOptions): Promise<void> {
    const missing = table.missing();
    const total = table.source.count;
    for (let start = 0; start < missing.length; start += shardRows) {
      const indices = missing.slice(start, start + shardRows);
      const before = total - missing.length + start;
      const began = performance.now();
      const matrices = await computeFeatures(table.extractor, table.source, indices, {
        ...options,
        progress: (done) => options.progress?.(before + done, total),
      });
      const seconds = (performance.now() - began) / 1000;
      const images = indices.map((index) => table.source.sha256(index));
      for (const [cut, matrix] of matrices.entries()) {
        table.take(cut, images, matrix.data);
        const key = table.extractor.cuts[cut]?.key ?? '';
        const header = { key, featureDim: matrix.featureDim, images, seconds };
        try {
          await writeShard(this.keyFolder(key), { header, rows: matrix.data });
        } catch (error) {
          // A full disk costs the cache, not the job.
          options.log?.(
            `Features could not be kept (${error instanceof Error ? error.message : 'unknown'}).`,
          );
        }
      }
    }
  }

  private keyFolder(key: string): string {
    return join(this.folder, key);
  }
}

/** The rows of one call, by cut and picture, and which of them are known. */
class RowTable {
  readonly matrices: FeatureMatrix[];
  found = 0;
  /** Per cut, which pictures are known. */
  private readonly known: Uint8Array[];
  /** Pictures by digest; the same picture may stand in a source twice. */
  private readonly places = new Map<string, number[]>();

  constructor(
    readonly extractor: FeatureExtractor,
    readonly source: DigestedSource,
  ) {
    this.matrices = extractor.cuts.map(({ featureDim }) => ({
      rows: source.count,
      featureDim,
      data: new Float32Array(source.count * featureDim),
    }));
    this.known = extractor.cuts.map(() => new Uint8Array(source.count));
    for (let index = 0; index < source.count; index++) {
      const digest = source.sha256(index);
      this.places.set(digest, [...(this.places.get(digest) ?? []), index]);
    }
  }

  wantsAny(cut: number, digests: string[]): boolean {
    return digests.some((digest) => this.places.get(digest)?.some((index) => this.known[cut]?.[index] === 0));
  }

  take(cut: number, digests: string[], rows: Float32Array): void {
    const matrix = this.matrices[cut];
    if (matrix === undefined) return;
    digests.forEach((digest, row) => {
      for (const index of this.places.get(digest) ?? []) {
        matrix.data.set(
          rows.subarray(row * matrix.featureDim, (row + 1) * matrix.featureDim),
          index * matrix.featureDim,
        );
        this.known[cut]?.fill(1, index, index + 1);
        this.found++;
      }
    });
  }

  isComplete(cut: number): boolean {
    return this.known[cut]?.every((flag) => flag === 1) ?? true;
  }

  row(cut: number, index: number): Float32Array {
    const matrix = this.matrices[cut];
    if (matrix === undefined) return new Float32Array();
    return matrix.data.subarray(index * matrix.featureDim, (index + 1) * matrix.featureDim);
  }

  knownEverywhere(): number[] {
    return this.indices((index) => this.known.every((flags) => flags[index] === 1));
  }

  /** One position of each picture that is unknown at any cut. */
  missing(): number[] {
    return this.indices(
      (index) =>
        this.known.some((flags) => flags[index] === 0) &&
        this.places.get(this.source.sha256(index))?.[0] === index,
    );
  }

  clear(): void {
    this.known.forEach((flags) => flags.fill(0));
    this.found = 0;
  }

  private indices(holds: (index: number) => boolean): number[] {
    return Array.from({ length: this.source.count }, (_, index) => index).filter(holds);
  }
}

function nearlyEqual(kept: Float32Array, fresh: Float32Array): boolean {
  const largest = fresh.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  return fresh.every((value, i) => Math.abs(value - (kept[i] ?? NaN)) <= tolerance * (largest + 1e-6));
}
