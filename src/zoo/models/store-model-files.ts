import { Readable } from 'node:stream';
import { hashBytes } from '../../learning/sha256.js';
import type { ModelFile } from '../../learning/tfjs-layers/model-files.js';
import type { Principal } from '../access/principal.js';
import { storeBlob } from '../blobs/store-blob.js';
import type { Zoo } from '../zoo.js';

/** A file of a version whose bytes are in the store. */
export interface StoredFile {
  path: string;
  sha256: string;
  sizeBytes: number;
}

/**
 * Stores a version's files on behalf of the principal, except those whose digest is among the `known`, and names them all.
 *
 * @throws ZooError as `storeBlob` does.
 */
export async function storeModelFiles(
  zoo: Zoo,
  principal: Principal,
  files: readonly ModelFile[],
  known: ReadonlySet<string>,
): Promise<StoredFile[]> {
  const stored = new Set(known);
  const named: StoredFile[] = [];
  for (const { path, bytes } of files) {
    const address = { sha256: hashBytes(bytes), sizeBytes: bytes.length };
    if (!stored.has(address.sha256)) await storeBlob(zoo, principal, address, Readable.from([bytes]));
    stored.add(address.sha256);
    named.push({ path, ...address });
  }
  return named;
}
