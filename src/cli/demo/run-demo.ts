import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ZooError } from '../../errors.js';
import { ensureOrganization } from '../client/ensure-organization.js';
import { findDataset, requireDatasetVersion, type DatasetVersion } from '../client/find-dataset.js';
import {
  findModel,
  requireModelVersion,
  type ModelDetails,
  type ModelVersion,
} from '../client/find-model.js';
import { launchFineTune } from '../client/launch-fine-tune.js';
import { publishDataset } from '../client/publish-dataset.js';
import { tarFolderSource } from '../client/tar-folder.js';
import type { CommandContext } from '../command-context.js';
import { importStarter } from '../commands/import-starters.js';
import { watchJob } from '../commands/watch.js';
import { demoStarter, starters, startersOwner } from '../starters/starters.js';

/** What the demo ends with. */
export interface DemoResult {
  base: string;
  dataset: string;
  model: ModelDetails;
  version: ModelVersion;
}

const owner = 'demo';
const datasetName = 'clothing-mini';
const modelName = 'clothing';

/** Launches that failed or were cancelled are not tried more often than this without a look at why. */
const launchLimit = 20;

/**
 * The main road, by the public API alone. Each step looks first whether its result is there already.
 *
 * @param picturesFolder with `images/` and a card, README.md.
 * @returns `detached` when the person pressed Ctrl-C meanwhile.
 */
export async function runDemo(
  context: CommandContext,
  picturesFolder: string,
): Promise<DemoResult | 'detached'> {
  const { connection, output } = context;
  output.note('\n1  A pretrained network');
  const base = await importBase(context);
  output.note(`   ${base}`);

  output.note('\n2  Pictures');
  await ensureOrganization(connection, owner);
  const dataset = await importPictures(context, picturesFolder);
  if (dataset === 'detached') return 'detached';
  const { classes, splits } = dataset.manifest;
  const counts = splits.map(({ split, imageCount }) => `${imageCount} ${split.toLowerCase()}`).join(', ');
  output.note(`   ${owner}/${datasetName}@${dataset.number}: ${classes.length} classes, ${counts}`);

  output.note('\n3  Adapt the network to the pictures');
  const end = await adapt(context, base, dataset);
  if (end === 'detached') return 'detached';
  const found = await requireModelVersion(connection, { owner, name: modelName, revision: 'latest' });
  output.note(`   ${owner}/${modelName}@${found.version.number}`);
  return { base, dataset: `${owner}/${datasetName}@${dataset.number}`, ...found };
}

async function importBase(context: CommandContext): Promise<string> {
  const reference = { owner: startersOwner, name: demoStarter, revision: 'latest' };
  const there = (await findModel(context.connection, reference))?.version?.number;
  if (there !== undefined) return `${startersOwner}/${demoStarter}@${there}`;
  const starter = starters.find(({ name }) => name === demoStarter);
  if (starter === undefined) throw new Error(`${demoStarter} is no starter`);
  await ensureOrganization(context.connection, startersOwner);
  const { number } = await importStarter(context, starter, new Uint8Array());
  return `${startersOwner}/${demoStarter}@${number}`;
}

async function importPictures(context: CommandContext, folder: string): Promise<DatasetVersion | 'detached'> {
  const reference = { owner, name: datasetName, revision: 'latest' };
  const there = await findDataset(context.connection, reference);
  if (there?.version) return there.version;
  const jobId = await publishDataset(context, {
    owner,
    name: datasetName,
    archive: await tarFolderSource(join(folder, 'images')),
    options: {},
    create: { card: await readFile(join(folder, 'README.md'), 'utf8'), visibility: 'PUBLIC' },
  });
  const end = await watchJob(context, jobId, { quiet: true });
  if (end === 'detached') return 'detached';
  if (end.state !== 'COMPLETED')
    throw new ZooError('JOB_FAILED', end.error?.message ?? 'The import did not complete.');
  return (await requireDatasetVersion(context.connection, reference)).version;
}

async function adapt(
  context: CommandContext,
  base: string,
  dataset: DatasetVersion,
): Promise<'done' | 'detached'> {
  const { connection } = context;
  const there = await findModel(connection, { owner, name: modelName, revision: 'latest' });
  if (there?.version) return 'done';
  const baseVersion = await requireModelVersion(connection, {
    owner: startersOwner,
    name: demoStarter,
    revision: 'latest',
  });
  const job = await launchOnce(connection, {
    baseVersionId: baseVersion.version.id,
    datasetVersionId: dataset.id,
    strategy: 'feature-extraction-svm',
    name: `${owner}/${modelName}`,
    visibility: 'PUBLIC',
    notes: `Adapted from ${base} by zoo demo.`,
  });
  const end = await watchJob(context, job, { quiet: true });
  if (end === 'detached') return 'detached';
  if (end.state !== 'COMPLETED')
    throw new ZooError('JOB_FAILED', end.error?.message ?? 'The job did not complete.');
  return 'done';
}

/** A run that was broken off left its job in the queue: it is followed, not launched again. One that failed is. */
async function launchOnce(
  connection: CommandContext['connection'],
  fineTune: Parameters<typeof launchFineTune>[1],
): Promise<string> {
  for (let attempt = 1; attempt <= launchLimit; attempt++) {
    const job = await launchFineTune(connection, { ...fineTune, idempotencyKey: `demo-${attempt}` });
    if (job.state !== 'FAILED' && job.state !== 'CANCELLED') return job.id;
  }
  throw new ZooError('JOB_FAILED', 'The demo’s job failed again and again; `zoo jobs` says why.');
}
