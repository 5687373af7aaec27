import { z } from 'zod';
import { requireScope, type Principal } from '../../zoo/access/principal.js';
import { recordAudit } from '../../zoo/audit.js';
import { Job } from '../../zoo/database/entities/index.js';
import { findEarlierResult, withIdempotency } from '../../zoo/idempotency.js';
import { parseInput } from '../../zoo/parse-input.js';
import type { Zoo } from '../../zoo/zoo.js';
import { appendStateEvent } from '../events/job-events.js';
import { announceQueued } from '../events/job-signals.js';
import { enqueueJob } from '../queue/queue.js';
import { strategyCatalogue } from '../strategies/strategy-catalogue.js';
import { checkedParameters, findStrategy, visibleBase, visibleData } from './check-fine-tune.js';
import { launchFields, strategyFields } from './launch-fields.js';
import { findOrCreateTargetModel } from './target-model.js';

const fineTuneSchema = z.object({ ...strategyFields, datasetVersionId: z.uuid(), ...launchFields });

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
