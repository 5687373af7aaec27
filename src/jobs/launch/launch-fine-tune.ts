import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import { ZooError, type Problem } from '../../errors.js';
import type { DatasetManifest } from '../../learning/dataset-manifest.js';
import type { ModelManifest } from '../../learning/model-manifest.js';
import type { Strategy } from '../../plugins/contract.js';
import { validateParameters } from '../../plugins/parameters/validate-parameters.js';
import { requireScope, type Principal } from '../../zoo/access/principal.js';
import { visibleTo } from '../../zoo/access/visible-to.js';
import { recordAudit } from '../../zoo/audit.js';
import { Job } from '../../zoo/database/entities/index.js';
import { withIdempotency } from '../../zoo/idempotency.js';
import { idempotencyKeySchema, nameSchema, visibilitySchema } from '../../zoo/names.js';
import { parseInput } from '../../zoo/parse-input.js';
import type { Zoo } from '../../zoo/zoo.js';
import { executeSql } from '../queue/execute-sql.js';
import { installedStrategies } from './installed-strategies.js';
import { appendStateEvent } from '../events/job-events.js';
import { announceQueued } from '../events/job-signals.js';
import { enqueueJob } from '../queue/queue.js';
import { findOrCreateTargetModel } from './target-model.js';

const fineTuneSchema = z.object({
  baseVersionId: z.uuid(),
  datasetVersionId: z.uuid(),
  strategy: z.string().min(1).max(64),
  parameters: z.record(z.string(), z.unknown()).nullish(),
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
 * then job, delivery and, where it does not exist yet, the target model are written in one transaction.
 *
 * @throws ZooError INPUT_INVALID, NOT_FOUND, STRATEGY_UNKNOWN, STRATEGY_PARAMETERS_INVALID, STRATEGY_NOT_APPLICABLE,
 *   NAME_TAKEN, FORBIDDEN, UNAUTHENTICATED, IDEMPOTENCY_KEY_REUSED
 */
export async function launchFineTune(zoo: Zoo, principal: Principal, input: FineTuneInput): Promise<Job> {
  const account = requireScope(principal, 'launch');
  const value = parseInput(fineTuneSchema, input);
  const strategies = await installedStrategies();
  const job = await zoo.database.transaction(async (manager) => {
    const { id } = await withIdempotency(
      manager,
      account,
      'launchFineTune',
      value.idempotencyKey,
      input,
      async () => {
        const base = await visibleBase(manager, principal, value.baseVersionId);
        const data = await visibleData(manager, principal, value.datasetVersionId);
        const strategy = findStrategy(strategies.all, value.strategy);
        const parameters = checkedParameters(strategy, value.parameters, base, data);
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
            strategy: strategy.name,
            strategyVersion: strategy.version,
            parameters,
            notes: value.notes ?? '',
            seed: value.seed ?? 1,
          }),
        );
        await appendStateEvent(manager, made.id, 'QUEUED');
        await enqueueJob(manager, made.id);
        await recordAudit(manager, account.id, 'job.launch', made.id, {
          kind: 'FINE_TUNE',
          strategy: strategy.name,
        });
        return made.id;
      },
    );
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

/** @throws ZooError STRATEGY_UNKNOWN listing the names there are. */
function findStrategy(strategies: readonly Strategy[], name: string): Strategy {
  const strategy = strategies.find((candidate) => candidate.name === name);
  if (strategy !== undefined) return strategy;
  const names = strategies.map((candidate) => candidate.name);
  throw new ZooError(
    'STRATEGY_UNKNOWN',
    `There is no strategy ${JSON.stringify(name)}; there are: ${names.join(', ')}.`,
    { strategies: names, problems: [{ path: 'strategy', message: `must be one of ${names.join(', ')}` }] },
  );
}

/** The parameters with their defaults, once everything about them and about model and data fits. */
function checkedParameters(
  strategy: Strategy,
  raw: unknown,
  base: Base,
  data: { manifest: DatasetManifest },
): Record<string, unknown> {
  const { value, problems } = validateParameters(strategy, raw);
  if (problems !== undefined) throw refusal('STRATEGY_PARAMETERS_INVALID', problems);
  const reasons = [
    ...unmetNeeds(strategy, base, data),
    ...strategy.check(base.manifest, data.manifest, value),
  ];
  if (reasons.length > 0) throw refusal('STRATEGY_NOT_APPLICABLE', reasons);
  return value;
}

function unmetNeeds({ name, needs }: Strategy, base: Base, data: { manifest: DatasetManifest }): Problem[] {
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
