import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** A SHA-256 as the zoo writes it everywhere: 64 lower-case hex digits. */
export const sha256Pattern = /^[0-9a-f]{64}$/;

/** SHA-256 of bytes or of text in UTF-8. */
export function hashBytes(content: Uint8Array | string): string {
  const hash = createHash('sha256');
  if (typeof content === 'string') return hash.update(content).digest('hex');
  for (let at = 0; at < content.length; at += pieceBytes) hash.update(content.subarray(at, at + pieceBytes));
  return hash.digest('hex');
}

/** Node hashes no more than 2³¹ − 1 bytes at once. */
const pieceBytes = 2 ** 30;

/** SHA-256 of a file, read piece by piece, and its size. */
export async function hashFile(
  path: string,
  signal?: AbortSignal,
): Promise<{ sha256: string; sizeBytes: number }> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20, signal })) {
    hash.update(chunk as Buffer);
    sizeBytes += (chunk as Buffer).length;
  }
  return { sha256: hash.digest('hex'), sizeBytes };
}
