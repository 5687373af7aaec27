import { buffer } from 'node:stream/consumers';
import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import { ZooError } from '../../errors.js';
import type { ModelManifest } from '../../learning/model-manifest.js';
import { sha256Pattern } from '../../learning/sha256.js';
import { loadTfjsLayers } from '../../learning/tfjs-layers/load-tfjs-layers.js';
import type { ModelFiles } from '../../learning/tfjs-layers/model-files.js';
import { writeLayerShards } from '../../learning/tfjs-layers/write-layer-shards.js';
import { lockForChange } from '../access/ownership.js';
import { requireScope, type Principal } from '../access/principal.js';
import { admitBlobs } from '../blobs/admit-blobs.js';
import { findAdmittedBlob } from '../blobs/find-admitted-blob.js';
import { readBlob } from '../blobs/read-blob.js';
import { readCard } from '../cards/front-matter.js';
import { writeCard } from '../cards/write-card.js';
import { findEarlierResult, withIdempotency } from '../idempotency.js';
import { idempotencyKeySchema } from '../names.js';
import { invalidInput, parseInput } from '../parse-input.js';
import type { Zoo } from '../zoo.js';
import { checkExtraFile, maxExtraFileBytes } from './check-extra-file.js';
import { insertModelVersion } from './insert-model-version.js';
import { loadVersions } from './load-versions.js';
import type { ModelVersionRow } from './model-rows.js';
import { storeModelFiles, type StoredFile } from './store-model-files.js';
import { kindProblems, pathProblems } from './version-paths.js';

const publishSchema = z.object({
  files: z
    .array(
      z.object({
        path: z.string(),
        sha256: z.string().regex(sha256Pattern, 'must be a SHA-256 as 64 lower-case hex digits'),
      }),
    )
    .min(1, 'at least model.json')
    .max(2_000, 'at most 2,000 files'),
  /** Names of the output units, instead of what the files say. */
  labels: z.array(z.string()).nullish(),
  /** Parts of the input specification to use instead of what the files say; the loader checks them. */
  preprocessing: z.record(z.string(), z.unknown()).nullish(),
  notes: z.string().max(10_000, 'at most 10,000 characters').nullish(),
  parent: z
    .object({
      versionId: z.uuid(),
      relation: z.enum(['finetune', 'adapter', 'merge', 'quantized']).default('finetune'),
    })
    .nullish(),
  idempotencyKey: idempotencyKeySchema,
});

export type PublishModelVersionInput = z.input<typeof publishSchema>;

/**
 * Publishes uploaded files as the next version of a model. The strict loader reads them first: only what passes becomes
 * a version, rewritten as plain tfjs with each layer's weights in a file of its own, so that versions share the layers
 * they have in common. A README.md among the files becomes the model's card.
 *
 * @throws ZooError INPUT_INVALID, BLOB_NOT_ADMITTED, MODEL_* (see `loadTfjsLayers`), MODEL_FILE_NOT_ACCEPTED,
 *   CARD_INVALID, NOT_FOUND (model or parent), FORBIDDEN, UNAUTHENTICATED, IDEMPOTENCY_KEY_REUSED. Nothing is published then.
 */
export async function publishModelVersion(
  zoo: Zoo,
  principal: Principal,
  modelId: string,
  input: PublishModelVersionInput,
): Promise<ModelVersionRow> {
  const actor = requireScope(principal, 'write');
  const value = parseInput(publishSchema, input);
  const problems = pathProblems(value.files.map((file) => file.path));
  if (problems.length > 0) throw invalidInput(problems);
  const request = { ...value, modelId };
  const earlier = await zoo.database.transaction(async (manager) => {
    await lockForChange(manager, principal, 'models', modelId);
    await requireParent(manager, principal, value.parent?.versionId);
    return findEarlierResult(manager, actor, 'publishModelVersion', value.idempotencyKey, request);
  });
  if (earlier !== undefined) return requireVersion(zoo.database.manager, principal, earlier);

  const prepared = await prepareFiles(zoo, principal, value);
  return zoo.database.transaction(async (manager) => {
    const { id } = await withIdempotency(
      manager,
      actor,
      'publishModelVersion',
      value.idempotencyKey,
      request,
      async () => {
        await lockForChange(manager, principal, 'models', modelId);
        await requireParent(manager, principal, value.parent?.versionId);
        await admitBlobs(manager, principal, prepared.files);
        if (prepared.card !== undefined) await writeCard(manager, 'models', modelId, prepared.card);
        const version = await insertModelVersion(manager, {
          modelId,
          manifest: prepared.manifest,
          files: prepared.files,
          notes: value.notes ?? '',
          createdBy: actor.id,
          parents: value.parent ? [value.parent] : [],
        });
        return version.id;
      },
    );
    return requireVersion(manager, principal, id);
  });
}

interface PreparedFiles {
  manifest: ModelManifest;
  files: StoredFile[];
  card: string | undefined;
}

/** Reads, checks and rewrites the files, and stores what the rewriting made. Long work, so outside any transaction. */
async function prepareFiles(
  zoo: Zoo,
  principal: Principal,
  value: z.output<typeof publishSchema>,
): Promise<PreparedFiles> {
  const given = await admittedFiles(zoo, principal, value.files);
  const files = readingFrom(zoo, given);
  const model = await loadTfjsLayers(files, {
    ...(value.labels === undefined ? {} : { labels: value.labels }),
    ...(value.preprocessing == null ? {} : { input: value.preprocessing }),
  });
  const weightFiles = new Set(model.weightFiles);
  const problems = kindProblems(
    given.map(({ path }) => path),
    weightFiles,
  );
  if (problems.length > 0) throw invalidInput(problems);
  const extras = given.filter(({ path }) => path !== 'model.json' && !weightFiles.has(path));
  let card: string | undefined;
  for (const file of extras) {
    if (file.sizeBytes > maxExtraFileBytes) {
      throw new ZooError(
        'MODEL_FILE_NOT_ACCEPTED',
        `${file.path} has ${file.sizeBytes} bytes; a file beside the model may have ${maxExtraFileBytes}.`,
        { path: file.path },
      );
    }
    const bytes = await files.read(file.path);
    checkExtraFile(file.path, bytes);
    if (file.path === 'README.md') {
      card = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
      readCard(card);
    }
  }
  const known = new Set(given.map((file) => file.sha256));
  const written = await storeModelFiles(zoo, principal, writeLayerShards(model), known);
  const kept = extras.filter(({ path }) => path !== 'README.md');
  return { manifest: model.manifest, files: [...written, ...kept], card };
}

/** The sizes of the named blobs, if all of them are there for this principal. */
async function admittedFiles(
  zoo: Zoo,
  principal: Principal,
  files: { path: string; sha256: string }[],
): Promise<StoredFile[]> {
  const found = await Promise.all(
    files.map(async (file) => ({ ...file, sizeBytes: await findAdmittedBlob(zoo, principal, file.sha256) })),
  );
  const missing = found.filter((file) => file.sizeBytes === undefined);
  if (missing.length > 0) {
    throw new ZooError(
      'BLOB_NOT_ADMITTED',
      `${missing.length} of ${files.length} files are not there for you: ${missing
        .slice(0, 5)
        .map((file) => file.path)
        .join(
          ', ',
        )}${missing.length > 5 ? ', …' : ''}. Send their bytes with PUT /blobs/sha256/<digest>, then publish again.`,
      { sha256: missing.map((file) => file.sha256), paths: missing.map((file) => file.path) },
    );
  }
  return found.map((file) => ({ ...file, sizeBytes: file.sizeBytes ?? 0 }));
}

function readingFrom(zoo: Zoo, given: StoredFile[]): ModelFiles {
  const byPath = new Map(given.map((file) => [file.path, file]));
  return {
    list: () => Promise.resolve(given.map(({ path, sizeBytes }) => ({ path, sizeBytes }))),
    read: async (path) => {
      const file = byPath.get(path);
      if (file === undefined)
        throw new ZooError('INTERNAL', `the loader asked for ${path}, which was not listed`);
      return buffer(await readBlob(zoo, file.sha256));
    },
  };
}

async function requireParent(
  manager: EntityManager,
  principal: Principal,
  versionId: string | undefined,
): Promise<void> {
  if (versionId === undefined) return;
  if ((await loadVersions(manager, principal, [versionId])).length > 0) return;
  throw new ZooError('NOT_FOUND', 'There is no such parent version, or it is not visible to you.');
}

async function requireVersion(
  manager: EntityManager,
  principal: Principal,
  id: string,
): Promise<ModelVersionRow> {
  const [version] = await loadVersions(manager, principal, [id]);
  if (version === undefined) {
    throw new ZooError('NOT_FOUND', 'The version was published, but its model is not there any more.');
  }
  return version;
}
