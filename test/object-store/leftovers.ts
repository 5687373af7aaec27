import { readdir } from 'node:fs/promises';
import { Client } from 'minio';
import type { TestStore } from '../support/store.js';

/** What is in a store beside blobs: temporary files, probes, unfinished uploads. */
export async function listLeftovers({ folder, s3 }: TestStore): Promise<string[]> {
  if (folder !== undefined) {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && !/^[0-9a-f]{64}$/.test(entry.name))
      .map(({ name }) => name);
  }
  if (s3 === undefined) return [];
  const url = new URL(s3.endpoint);
  const client = new Client({
    endPoint: url.hostname,
    port: Number(url.port),
    useSSL: false,
    accessKey: s3.accessKeyId,
    secretKey: s3.secretAccessKey,
    region: s3.region,
  });
  const names: string[] = [];
  for await (const item of client.listObjectsV2(s3.bucket, '', true)) {
    const { name } = item as { name: string };
    if (!name.startsWith('blobs/')) names.push(name);
  }
  for await (const item of client.listIncompleteUploads(s3.bucket, '', true)) {
    names.push(`unfinished ${(item as { key: string }).key}`);
  }
  return names;
}
