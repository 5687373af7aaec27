import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { bytesPerValue } from './row-encoding.js';

/**
 * Rows of features in one file: `MZF1`, the length of the header, the header as JSON, then the rows, little-endian.
 * The file is named by the digest of its bytes, so that a damaged one is recognised.
 */
export interface OpenShard {
  readonly header: ShardHeader;
  /** Reads some rows that lie together. */
  read(firstRow: number, rowCount: number, target: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

const shardHeader = z.object({
  /** What the rows depend on besides the picture. */
  key: z.string(),
  featureDim: z.int().min(1),
  dtype: z.enum(['float32', 'float16']).default('float32'),
  /** Digest of each row's picture. */
  images: z.array(z.string()).min(1),
  /** What it took to compute the rows: how dear their loss is. */
  seconds: z.number().min(0),
});

export type ShardHeader = z.output<typeof shardHeader>;

const magic = Buffer.from('MZF1');
const prefixBytes = 8;
const maxHeaderBytes = 64 * 2 ** 20;
const pieceBytes = 2 ** 20;
export const shardExtension = '.features';

export function rowBytes({ featureDim, dtype }: Pick<ShardHeader, 'featureDim' | 'dtype'>): number {
  return featureDim * bytesPerValue[dtype];
}

/**
 * Writes a shard so that readers see it whole or not at all.
 *
 * @param rows [images, featureDim] as `header.dtype` says.
 * @returns its path.
 */
export async function writeShard(folder: string, header: ShardHeader, rows: Uint8Array): Promise<string> {
  const head = Buffer.from(JSON.stringify(header));
  const prefix = Buffer.alloc(prefixBytes);
  magic.copy(prefix);
  prefix.writeUInt32LE(head.length, magic.length);
  const parts = [prefix, head, rows];
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  const path = join(folder, `${hash.digest('hex')}${shardExtension}`);
  await mkdir(folder, { recursive: true });
  const temporary = join(folder, `${randomBytes(8).toString('hex')}.tmp`);
  try {
    const file = await open(temporary, 'wx');
    try {
      for (const part of parts) await file.writeFile(part);
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    return path;
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** The header alone: which pictures the shard holds. Undefined when the file is not a shard, or is gone. */
export async function readShardHeader(path: string): Promise<ShardHeader | undefined> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    return (await readHeader(file))?.header;
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
}

/**
 * Opens a shard after comparing its bytes with the digest in its name. It can then be read even if the file is removed.
 * Undefined when it is damaged.
 *
 * @throws what the file system says when the file is gone, or cannot be opened for now
 */
export async function openShard(path: string): Promise<OpenShard | undefined> {
  const file = await open(path);
  const shard = await verify(file, path).catch(() => undefined);
  if (shard === undefined) await file.close();
  return shard;
}

async function verify(file: FileHandle, path: string): Promise<OpenShard | undefined> {
  const { sha256, sizeBytes } = await hashOpenFile(file);
  if (!path.endsWith(`${sha256}${shardExtension}`)) return undefined;
  const found = await readHeader(file);
  if (found === undefined) return undefined;
  const { header, start } = found;
  const width = rowBytes(header);
  if (sizeBytes !== start + header.images.length * width) return undefined;
  return {
    header,
    read: (firstRow, rowCount, target) =>
      readExactly(file, target.subarray(0, rowCount * width), start + firstRow * width),
    close: () => file.close(),
  };
}

async function readHeader(file: FileHandle): Promise<{ header: ShardHeader; start: number } | undefined> {
  const prefix = Buffer.alloc(prefixBytes);
  await readExactly(file, prefix, 0);
  const length = prefix.readUInt32LE(magic.length);
  if (!prefix.subarray(0, magic.length).equals(magic) || length > maxHeaderBytes) return undefined;
  const head = Buffer.alloc(length);
  await readExactly(file, head, prefixBytes);
  const header = shardHeader.safeParse(JSON.parse(head.toString())).data;
  return header && { header, start: prefixBytes + length };
}

async function readExactly(file: FileHandle, target: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < target.length) {
    const { bytesRead } = await file.read(target, done, target.length - done, position + done);
    if (bytesRead === 0) throw new Error('the shard ends before its rows do');
    done += bytesRead;
  }
}

async function hashOpenFile(file: FileHandle): Promise<{ sha256: string; sizeBytes: number }> {
  const hash = createHash('sha256');
  const piece = Buffer.alloc(pieceBytes);
  let sizeBytes = 0;
  for (;;) {
    const { bytesRead } = await file.read(piece, 0, piece.length, sizeBytes);
    if (bytesRead === 0) return { sha256: hash.digest('hex'), sizeBytes };
    hash.update(piece.subarray(0, bytesRead));
    sizeBytes += bytesRead;
  }
}
