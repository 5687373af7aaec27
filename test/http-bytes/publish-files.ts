import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { storeBlob } from '../../src/zoo/blobs/store-blob.js';
import type { Zoo } from '../../src/zoo/zoo.js';

export interface PublishedFiles {
  /** Account name. */
  owner: string;
  name: string;
  kind?: 'model' | 'dataset';
  visibility?: 'PUBLIC' | 'PRIVATE';
  card?: string;
  files: Record<string, Buffer>;
}

/** Adds a version with these files to a model or data set, made if it is not there. Gives the id of the version. */
export async function publishFiles(
  zoo: Zoo,
  { owner, name, kind = 'model', visibility = 'PUBLIC', card = '', files }: PublishedFiles,
): Promise<string> {
  const [account] = (await zoo.database.query(`SELECT id FROM accounts WHERE name = $1`, [owner])) as [
    { id: string },
  ];
  const principal = {
    account: { id: account.id, name: owner, role: 'MEMBER' as const },
    scopes: new Set(['write' as const]),
  };
  const things = `${kind}s`;
  const [thing] = (await zoo.database.query(
    `INSERT INTO ${things} (owner_id, name, task, visibility, card, latest_number)
     VALUES ($1, $2, 'image-classification', $3, $4, 1)
     ON CONFLICT (owner_id, name) DO UPDATE SET latest_number = ${things}.latest_number + 1
     RETURNING id, latest_number`,
    [account.id, name, visibility, card],
  )) as [{ id: string; latest_number: number }];
  const digest = '0'.repeat(64);
  const [version] = (await zoo.database.query(
    kind === 'model'
      ? `INSERT INTO model_versions (model_id, number, format, manifest, parameter_count, size_bytes, digest, created_by)
         VALUES ($1, $2, 'tfjs-layers', '{}', 0, 0, $3, $4) RETURNING id`
      : `INSERT INTO dataset_versions (dataset_id, number, manifest, image_count, size_bytes, digest, created_by)
         VALUES ($1, $2, '{}', 0, 0, $3, $4) RETURNING id`,
    [thing.id, thing.latest_number, digest, account.id],
  )) as [{ id: string }];
  for (const [path, bytes] of Object.entries(files)) {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    await storeBlob(zoo, principal, { sha256, sizeBytes: bytes.length }, Readable.from([bytes]));
    await zoo.database.query(
      `INSERT INTO ${kind === 'model' ? 'version_files' : 'dataset_version_files'} (version_id, path, sha256, size_bytes)
       VALUES ($1, $2, $3, $4)`,
      [version.id, path, sha256, bytes.length],
    );
  }
  return version.id;
}
