import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { hashBytes } from '../sha256.js';

/**
 * Rows of features in one file: `MZF1`, the length of the header, the header as JSON, then float32 rows, little-endian.
 * The file is named by the digest of its bytes, so that a damaged one is recognised.
 */
export interface FeatureShard {
  header: ShardHeader;
  /** float32 [images, featureDim]. */
  rows: Float32Array;
}

const shardHeader = z.object({
  /** What the rows depend on besides the picture. */
  key: z.string(),
  featureDim: z.int().min(1),
  /** Digest of each row's picture. */
  images: z.array(z.string()).min(1),
  /** What it took to compute the rows: how dear their loss is. */
  seconds: z.number().min(0),
});

export type ShardHeader = z.output<typeof shardHeader>;

const magic = Buffer.from('MZF1');
const prefixBytes = 8;
const maxHeaderBytes = 64 * 2 ** 20;
export const shardExtension = '.features';

/** Writes a shard so that readers see it whole or not at all. */
export async function writeShard(folder: string, { header, rows }: FeatureShard): Promise<void> {
  const head = Buffer.from(JSON.stringify(header));
  const prefix = Buffer.alloc(prefixBytes);
  magic.copy(prefix);
  prefix.writeUInt32LE(head.length, magic.length);
  const content = Buffer.concat([prefix, head, Buffer.from(rows.buffer, rows.byteOffset, rows.byteLength)]);
  await mkdir(folder, { recursive: true });
  const temporary = join(folder, `${randomBytes(8).toString('hex')}.tmp`);
  try {
    await writeFile(temporary, content, { flag: 'wx' });
    await rename(temporary, join(folder, `${hashBytes(content)}${shardExtension}`));
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
    const prefix = Buffer.alloc(prefixBytes);
    await file.read(prefix, 0, prefixBytes, 0);
    const length = prefix.readUInt32LE(magic.length);
    if (!prefix.subarray(0, magic.length).equals(magic) || length > maxHeaderBytes) return undefined;
    const head = Buffer.alloc(length);
    await file.read(head, 0, length, prefixBytes);
    return parseHeader(head);
  } finally {
    await file.close();
  }
}

/** The whole shard, its bytes compared with the digest in its name. Undefined when they differ. */
export async function readShard(path: string): Promise<FeatureShard | undefined> {
  const content = await readFile(path).catch(() => undefined);
  if (content === undefined || !path.endsWith(`${hashBytes(content)}${shardExtension}`)) return undefined;
  const start = prefixBytes + content.readUInt32LE(magic.length);
  const header = parseHeader(content.subarray(prefixBytes, start));
  if (header === undefined) return undefined;
  // A copy: typed arrays need aligned bytes.
  const rows = new Float32Array(new Uint8Array(content.subarray(start)).buffer);
  return rows.length === header.images.length * header.featureDim ? { header, rows } : undefined;
}

function parseHeader(bytes: Uint8Array): ShardHeader | undefined {
  try {
    return shardHeader.safeParse(JSON.parse(Buffer.from(bytes).toString())).data;
  } catch {
    return undefined;
  }
}
