import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import { requireScope, type Principal } from '../../zoo/access/principal.js';
import { recordAudit } from '../../zoo/audit.js';
import { Job } from '../../zoo/database/entities/index.js';
import { findEarlierResult, withIdempotency } from '../../zoo/idempotency.js';
import { parseInput } from '../../zoo/parse-input.js';
import type { Zoo } from '../../zoo/zoo.js';
import { findAdviceLine, ofAdvice } from '../advice/advice-line.js';
import { appendStateEvent } from '../events/job-events.js';
import { announceQueued } from '../events/job-signals.js';
import { enqueueJob } from '../queue/queue.js';
import { strategyCatalogue } from '../strategies/strategy-catalogue.js';
import { checkedParameters, findStrategy, visibleBase, visibleData } from './check-fine-tune.js';
import { launchFields, strategyFields } from './launch-fields.js';
import { findOrCreateTargetModel } from './target-model.js';

const fineTuneSchema = z.object({ ...strategyFields, datasetVersionId: z.uuid(), ...launchFields });

const leftOut = z.null('must be left out: the advice says it').optional();

/** A line of an advice says what to adapt, to what and how. */
const advisedSchema = z.object({
  adviceId: z.uuid(),
  /** Which line, from 1. */
  rank: z.int('the line of the advice, from 1').min(1, 'the line of the advice, from 1'),
  baseVersionId: leftOut,
  datasetVersionId: leftOut,
  strategy: leftOut,
  strategyVersion: leftOut,
  parameters: leftOut,
  ...launchFields,
});

export type AdvisedFineTuneInput = z.input<typeof advisedSchema>;

export type FineTuneInput =
  (z.input<typeof fineTuneSchema> & { adviceId?: null; rank?: null }) | AdvisedFineTuneInput;

/**
 * Launches a fine-tune. Everything that can be known to be wrong is said now, all at once, with nothing queued or stored;
 * then job, delivery and, where it does not exist yet, the target model are written in one transaction. The job is bound
 * to the build of the strategy that its parameters were validated against. One that launches a line of an advice keeps which.
 *
 * @throws ZooError INPUT_INVALID, NOT_FOUND, ADVICE_STALE, STRATEGY_UNKNOWN, STRATEGY_PARAMETERS_INVALID,
 *   STRATEGY_NOT_APPLICABLE, NAME_TAKEN, FORBIDDEN, UNAUTHENTICATED, IDEMPOTENCY_KEY_REUSED; PLUGIN_* where a package fails at being asked
 */
export async function launchFineTune(zoo: Zoo, principal: Principal, input: FineTuneInput): Promise<Job> {
  const account = requireScope(principal, 'launch');
  const { manager: outside } = zoo.database;
  const value = input.adviceId == null ? parseInput(fineTuneSchema, input) : parseInput(advisedSchema, input);
  const advised = 'rank' in value ? value : undefined;
  const key = value.idempotencyKey;
  const earlier = await findEarlierResult(outside, account, 'launchFineTune', key, input);
  if (earlier !== undefined) return outside.findOneByOrFail(Job, { id: earlier });
  const asked = 'rank' in value ? await findAdviceLine(outside, principal, value) : value;
  const look = advised === undefined ? asItIs : ofAdvice;
  const visibleParts = async (manager: EntityManager) => ({
    base: await look(() => visibleBase(manager, principal, asked.baseVersionId)),
    data: await look(() => visibleData(manager, principal, asked.datasetVersionId)),
  });
  const { base, data } = await visibleParts(outside);
  // A package's process answers in its own time: no transaction may wait for it.
  const catalogue = await strategyCatalogue(zoo);
  const strategy = await look(() =>
    findStrategy(catalogue, asked.strategy, asked.strategyVersion ?? undefined),
  );
  const parameters = await checkedParameters(strategy, asked.parameters, base, data);
  const { announcement } = strategy;
  const job = await zoo.database.transaction(async (manager) => {
    const { id } = await withIdempotency(manager, account, 'launchFineTune', key, input, async () => {
      // Versions never change, but they may have been taken from sight meanwhile.
      await visibleParts(manager);
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
          baseVersionId: asked.baseVersionId,
          datasetVersionId: asked.datasetVersionId,
          targetModelId,
          strategy: announcement.name,
          strategyVersion: announcement.version,
          strategyPackage: announcement.package.name,
          strategyPackageVersion: announcement.package.version,
          strategyDigest: announcement.package.digest,
          parameters,
          adviceId: advised?.adviceId ?? null,
          adviceRank: advised?.rank ?? null,
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

/** What a launcher names, and not an advice, is missing as it is. */
async function asItIs<T>(find: () => T | Promise<T>): Promise<T> {
  return find();
}
