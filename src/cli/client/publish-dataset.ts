import { Readable } from 'node:stream';
import { scanArchive } from '../../learning/datasets/scan-archive.js';
import type { CommandContext } from '../command-context.js';
import { findDataset } from './find-dataset.js';
import { failureSelection, mutate } from './graphql-request.js';
import { hashBytes } from '../../learning/sha256.js';
import { uploadAll } from './upload-all.js';
import type { UploadSource } from './upload-blob.js';

/** An archive of pictures to publish, and how to make the data set where it is not there. */
export interface DatasetPublication {
  owner: string;
  name: string;
  archive: UploadSource;
  options: { seed?: number };
  notes?: string;
  create: { license?: string; tags?: string[]; card?: string; visibility: 'PUBLIC' | 'PRIVATE' };
}

const createDataset = `mutation CreateDataset($input: CreateDatasetInput!) {
  createDataset(input: $input) { ${failureSelection} ... on CreateDatasetPayload { dataset { id } } }
}`;
const publishVersion = `mutation PublishDatasetVersion($input: PublishDatasetVersionInput!) {
  publishDatasetVersion(input: $input) { ${failureSelection} ... on PublishDatasetVersionPayload { job { id } } }
}`;

/**
 * Sends an archive and launches the import that makes it the next version of a data set, making the data set where
 * needed. Launched again with the same archive before there is a new version, it is the same job.
 *
 * @returns id of the import's job
 * @throws ZooError as the server refuses the archive, all before anything is queued
 */
export async function publishDataset(
  context: CommandContext,
  publication: DatasetPublication,
): Promise<string> {
  const { connection, output } = context;
  const { owner, name, archive, options, notes, create } = publication;
  const existing = await findDataset(connection, { owner, name, revision: 'latest' });
  // The server looks for itself. Looking here as well keeps a bad archive from leaving an empty data set behind.
  if (existing === undefined) await scanArchive(asByteSource(archive));
  const datasetId = existing?.id ?? (await make(context, { owner, name, ...create }));
  await uploadAll(context, [archive]);
  output.note('Launching the import: the server looks through the archive.');
  const input = { datasetId, archiveSha256: archive.sha256, options, notes };
  const before = existing?.version?.number ?? 0;
  const idempotencyKey = `push:${before}:${hashBytes(Buffer.from(JSON.stringify(input)))}`;
  const { job } = await mutate<{ job: { id: string } }>(connection, publishVersion, {
    ...input,
    idempotencyKey,
  });
  return job.id;
}

function asByteSource({ sizeBytes, open }: UploadSource): Parameters<typeof scanArchive>[0] {
  return {
    sizeBytes,
    read: (range) => {
      const bytes = open(range?.start ?? 0);
      return Promise.resolve(
        range === undefined ? bytes : Readable.from(firstBytes(bytes, range.end + 1 - range.start)),
      );
    },
  };
}

async function* firstBytes(source: Readable, count: number): AsyncGenerator<Buffer> {
  let left = count;
  for await (const chunk of source as AsyncIterable<Buffer>) {
    yield chunk.subarray(0, left);
    left -= chunk.length;
    if (left <= 0) return;
  }
}

async function make(context: CommandContext, input: Record<string, unknown>): Promise<string> {
  const { dataset } = await mutate<{ dataset: { id: string } }>(context.connection, createDataset, input);
  context.output.note(`Made the data set ${String(input['owner'])}/${String(input['name'])}.`);
  return dataset.id;
}
