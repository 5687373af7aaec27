import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import { ZooError, type Problem } from '../../errors.js';
import type { DatasetManifest } from '../../learning/dataset-manifest.js';
import type { ModelManifest } from '../../learning/model-manifest.js';
import { requireScope, type Principal } from '../../zoo/access/principal.js';
import { visibleTo } from '../../zoo/access/visible-to.js';
import { recordAudit } from '../../zoo/audit.js';
import { Job } from '../../zoo/database/entities/index.js';
import { findEarlierResult, withIdempotency } from '../../zoo/idempotency.js';
import type { AnnouncedStrategy } from '../../zoo/job-types.js';
import { idempotencyKeySchema, nameSchema, visibilitySchema } from '../../zoo/names.js';
import { parseInput } from '../../zoo/parse-input.js';
import type { Zoo } from '../../zoo/zoo.js';
import { executeSql } from '../queue/execute-sql.js';
import { appendStateEvent } from '../events/job-events.js';
import { announceQueued } from '../events/job-signals.js';
import { enqueueJob } from '../queue/queue.js';
import {
  strategyCatalogue,
  type CatalogueEntry,
  type StrategyCatalogue,
} from '../strategies/strategy-catalogue.js';
import { validateByAnnouncement } from '../strategies/validate-by-announcement.js';
import { findOrCreateTargetModel } from './target-model.js';

const fineTuneSchema = z.object({
  baseVersionId: z.uuid(),
  datasetVersionId: z.uuid(),
  strategy: z.string().min(1).max(64),
  strategyVersion: z.string().min(1).max(256).nullish(),
  parameters: z.custom((given) => typeof given === 'object', 'must be an object').nullish(),
  /** The model that receives the result. */
  name: z
    .string()
    .regex(/^[^/]+\/[^/]+$/, 'must be owner/name')
    .transform((path) => path.split('/') as [string, string])
    .pipe(z.tuple([nameSchema, nameSchema])),
  visibility: visibilitySchema.nullish(),
  notes: z.string().max(10_000, 'at most 10,000 characters').nullish(),
  seed: z
    .int()
    .min(0)
    .max(2 ** 31 - 1, 'a whole number from 0 to 2147483647')
    .nullish(),
  idempotencyKey: idempotencyKeySchema,
});

export type FineTuneInput = z.input<typeof fineTuneSchema>;

/**
 * Launches a fine-tune. Everything that can be known to be wrong is said now, all at once, with nothing queued or stored;
 * then job, delivery and, where it does not exist yet, the target model are written in one transaction. The job is bound
 * to the build of the strategy that its parameters were validated against.
 *
 * @throws ZooError INPUT_INVALID, NOT_FOUND, STRATEGY_UNKNOWN, STRATEGY_PARAMETERS_INVALID, STRATEGY_NOT_APPLICABLE,
 *   NAME_TAKEN, FORBIDDEN, UNAUTHENTICATED, IDEMPOTENCY_KEY_REUSED; PLUGIN_* where a package fails at being asked
 */
export async function launchFineTune(zoo: Zoo, principal: Principal, input: FineTuneInput): Promise<Job> {
  const account = requireScope(principal, 'launch');
  const value = parseInput(fineTuneSchema, input);
  const { manager: outside } = zoo.database;
  const key = value.idempotencyKey;
  const earlier = await findEarlierResult(outside, account, 'launchFineTune', key, input);
  if (earlier !== undefined) return outside.findOneByOrFail(Job, { id: earlier });
  const base = await visibleBase(outside, principal, value.baseVersionId);
  const data = await visibleData(outside, principal, value.datasetVersionId);
  // A package's process answers in its own time: no transaction may wait for it.
  const strategy = findStrategy(
    await strategyCatalogue(zoo),
    value.strategy,
    value.strategyVersion ?? undefined,
  );
  const parameters = await checkedParameters(strategy, value.parameters, base, data);
  const { announcement } = strategy;
  const job = await zoo.database.transaction(async (manager) => {
    const { id } = await withIdempotency(manager, account, 'launchFineTune', key, input, async () => {
      // Versions never change, but they may have been taken from sight meanwhile.
      await visibleBase(manager, principal, value.baseVersionId);
      await visibleData(manager, principal, value.datasetVersionId);
      const [ownerName, name] = value.name;
      const targetModelId = await findOrCreateTargetModel(manager, principal, {
        ownerName,
        name,
        visibility: value.visibility ?? undefined,
        task: data.manifest.task,
        license: base.license,
      });
      const made = await manager.save(
        manager.create(Job, {
          kind: 'FINE_TUNE',
          launchedBy: account.id,
          baseVersionId: value.baseVersionId,
          datasetVersionId: value.datasetVersionId,
          targetModelId,
          strategy: announcement.name,
          strategyVersion: announcement.version,
          strategyPackage: announcement.package.name,
          strategyPackageVersion: announcement.package.version,
          strategyDigest: announcement.package.digest,
          parameters,
          notes: value.notes ?? '',
          seed: value.seed ?? 1,
        }),
      );
      await appendStateEvent(manager, made.id, 'QUEUED');
      await enqueueJob(manager, made.id);
      await recordAudit(manager, account.id, 'job.launch', made.id, {
        kind: 'FINE_TUNE',
        strategy: announcement.name,
        strategyVersion: announcement.version,
        strategyPackage: announcement.package,
      });
      return made.id;
    });
    return manager.findOneByOrFail(Job, { id });
  });
  announceQueued(zoo.database, job.id);
  return job;
}

interface Base {
  manifest: ModelManifest;
  license: string | null;
}

async function visibleBase(manager: EntityManager, principal: Principal, id: string): Promise<Base> {
  const { rows } = await executeSql<Base>(
    manager,
    `SELECT v.manifest, m.license FROM model_versions v JOIN models m ON m.id = v.model_id
      WHERE v.id = $1 AND ${visibleTo(principal, 'm')}`,
    [id],
  );
  return rows[0] ?? missing('baseVersionId', 'model version');
}

async function visibleData(
  manager: EntityManager,
  principal: Principal,
  id: string,
): Promise<{ manifest: DatasetManifest }> {
  const { rows } = await executeSql<{ manifest: DatasetManifest }>(
    manager,
    `SELECT v.manifest FROM dataset_versions v JOIN datasets d ON d.id = v.dataset_id
      WHERE v.id = $1 AND ${visibleTo(principal, 'd')}`,
    [id],
  );
  return rows[0] ?? missing('datasetVersionId', 'data-set version');
}

function missing(path: string, noun: string): never {
  throw new ZooError('NOT_FOUND', `${path}: there is no such ${noun}, or it is not visible to you.`, {
    problems: [{ path, message: `must be the id of a ${noun} that you can see` }],
  });
}

/** @throws ZooError STRATEGY_UNKNOWN listing the names, or the versions, there are. */
function findStrategy(
  catalogue: StrategyCatalogue,
  name: string,
  version: string | undefined,
): CatalogueEntry {
  const found = catalogue.find(name, version);
  if (found !== undefined) return found;
  const versions = catalogue.versionsOf(name).map(({ announcement }) => announcement.version);
  if (versions.length > 0) {
    throw new ZooError(
      'STRATEGY_UNKNOWN',
      `There is no ${name} ${JSON.stringify(version)}; there are: ${versions.join(', ')}.`,
      {
        versions,
        problems: [
          { path: 'strategyVersion', message: `must be one of ${versions.join(', ')}, or left out` },
        ],
      },
    );
  }
  const { names } = catalogue;
  throw new ZooError(
    'STRATEGY_UNKNOWN',
    `There is no strategy ${JSON.stringify(name)}; there are: ${names.join(', ')}.`,
    { strategies: names, problems: [{ path: 'strategy', message: `must be one of ${names.join(', ')}` }] },
  );
}

/**
 * The parameters with their defaults, once everything about them and about model and data fits. What only a strategy on a
 * worker can say, whether it suits this model and these pictures, it says when the job begins.
 */
async function checkedParameters(
  { announcement, installed }: CatalogueEntry,
  raw: unknown,
  base: Base,
  data: { manifest: DatasetManifest },
): Promise<Record<string, unknown>> {
  const answer = await (installed?.validate(raw) ?? validateByAnnouncement(announcement, raw));
  if (answer.problems !== undefined) throw refusal('STRATEGY_PARAMETERS_INVALID', answer.problems);
  const { task, classes, splits } = data.manifest;
  const reasons = [
    ...unmetNeeds(announcement, base, data),
    ...((await installed?.check(base.manifest, { task, classes, splits }, answer.value)) ?? []),
  ];
  if (reasons.length > 0) throw refusal('STRATEGY_NOT_APPLICABLE', reasons);
  return answer.value;
}

function unmetNeeds(
  { name, needs }: AnnouncedStrategy,
  base: Base,
  data: { manifest: DatasetManifest },
): Problem[] {
  const problems: Problem[] = [];
  if (!needs.formats.includes(base.manifest.format)) {
    problems.push({
      path: 'baseVersionId',
      message: `The model's format is ${base.manifest.format}; ${name} works on ${needs.formats.join(', ')}.`,
    });
  }
  if (!needs.tasks.includes(data.manifest.task)) {
    problems.push({
      path: 'datasetVersionId',
      message: `The data set is for ${data.manifest.task}; ${name} is for ${needs.tasks.join(', ')}.`,
    });
  }
  return problems;
}

function refusal(
  code: 'STRATEGY_PARAMETERS_INVALID' | 'STRATEGY_NOT_APPLICABLE',
  problems: Problem[],
): ZooError {
  return new ZooError(code, problems.map(({ message }) => message).join('\n'), { problems });
}
