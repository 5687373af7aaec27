import type { CommandContext } from '../command-context.js';
import { findModel } from './find-model.js';
import { failureSelection, mutate } from './graphql-request.js';
import { hashBytes } from '../../learning/sha256.js';
import { uploadAll } from './upload-all.js';
import type { UploadSource } from './upload-blob.js';

/** What to publish, and how to make the model where it is not there. */
export interface ModelPublication {
  owner: string;
  name: string;
  files: { path: string; source: UploadSource }[];
  /** For a model that is made now. */
  create: { task?: string; license?: string; tags?: string[]; visibility: 'PUBLIC' | 'PRIVATE' };
  labels?: string[];
  notes?: string;
}

export interface PublishedModel {
  modelId: string;
  number: number;
  /** False when the newest version has exactly these files already: nothing was published. */
  published: boolean;
}

const createModel = `mutation CreateModel($input: CreateModelInput!) {
  createModel(input: $input) { ${failureSelection} ... on CreateModelPayload { model { id } } }
}`;
const publishVersion = `mutation PublishModelVersion($input: PublishModelVersionInput!) {
  publishModelVersion(input: $input) { ${failureSelection} ... on PublishModelVersionPayload { version { number } } }
}`;

/**
 * Publishes files as the next version of a model, making the model where needed. Running it again with the same files
 * publishes nothing, also when the answer to the first run got lost.
 *
 * @throws ZooError as the server refuses
 */
export async function publishModel(
  context: CommandContext,
  publication: ModelPublication,
): Promise<PublishedModel> {
  const { connection, output } = context;
  const { owner, name, files, create, labels, notes } = publication;
  const existing = await findModel(connection, { owner, name, revision: 'latest' });
  if (existing?.version && holdsFiles(existing.version.files, files)) {
    return { modelId: existing.id, number: existing.version.number, published: false };
  }
  const modelId = existing?.id ?? (await make(context, { owner, name, ...create }));
  await uploadAll(
    context,
    files.map((file) => file.source),
  );
  output.note('Publishing: the server checks every file.');
  const input = {
    modelId,
    files: files.map(({ path, source }) => ({ path, sha256: source.sha256 })),
    labels,
    notes,
  };
  const before = existing?.version?.number ?? 0;
  const idempotencyKey = `push:${before}:${hashBytes(Buffer.from(JSON.stringify(input)))}`;
  const { version } = await mutate<{ version: { number: number } }>(connection, publishVersion, {
    ...input,
    idempotencyKey,
  });
  return { modelId, number: version.number, published: true };
}

async function make(context: CommandContext, input: Record<string, unknown>): Promise<string> {
  const { model } = await mutate<{ model: { id: string } }>(context.connection, createModel, input);
  context.output.note(`Made the model ${String(input['owner'])}/${String(input['name'])}.`);
  return model.id;
}

/** Whether a version has each of these files and no other but its card, which can be edited. */
function holdsFiles(there: { path: string; sha256: string }[], files: ModelPublication['files']): boolean {
  const fixed = (path: string) => path !== 'README.md';
  const digests = new Map(there.filter(({ path }) => fixed(path)).map(({ path, sha256 }) => [path, sha256]));
  const local = files.filter(({ path }) => fixed(path));
  return (
    digests.size === local.length && local.every(({ path, source }) => digests.get(path) === source.sha256)
  );
}
