import { z } from 'zod';
import { ZooError } from '../../errors.js';
import type { DatasetManifest } from '../../learning/dataset-manifest.js';
import { dataProblems } from '../../plugins/check/check-task.js';
import { requireScope, type Principal } from '../../zoo/access/principal.js';
import { recordAudit } from '../../zoo/audit.js';
import { Job } from '../../zoo/database/entities/index.js';
import { findEarlierResult, withIdempotency } from '../../zoo/idempotency.js';
import { parseInput } from '../../zoo/parse-input.js';
import type { Zoo } from '../../zoo/zoo.js';
import { appendStateEvent } from '../events/job-events.js';
import { announceQueued } from '../events/job-signals.js';
import { visibleData } from '../launch/check-fine-tune.js';
import { launchFields } from '../launch/launch-fields.js';
import { enqueueJob } from '../queue/queue.js';
import { advisableModels, mostModels } from './advisable-models.js';
import type { AdviceParameters } from './advice-parameters.js';

/** With less, not even the smallest network is loaded and run. */
const leastBudgetSeconds = 5;

const adviceSchema = z.object({
  datasetVersionId: z.uuid(),
  /** Left out: the newest version of every model that the principal can see. */
  baseVersionIds: z
    .array(z.uuid())
    .min(1, 'name at least one model, or leave it out for all')
    .max(mostModels, `at most ${mostModels} models`)
    .transform((ids) => [...new Set(ids)])
    .nullish(),
  /** Wall time that measuring may take. */
  budgetSeconds: z.number().max(86_400, 'at most 86400 seconds, a day').nullish(),
  seed: launchFields.seed,
  idempotencyKey: launchFields.idempotencyKey,
});

export type AdviceInput = z.input<typeof adviceSchema>;

const defaultBudgetSeconds = 120;

/**
 * Asks which model to adopt for a data set, how much of it to keep and with which strategy: a job measures the models on the
 * training pictures and ranks what could be launched. Everything that can be known to be wrong is said now, with nothing
 * queued.
 *
 * @throws ZooError INPUT_INVALID, NOT_FOUND, ADVICE_DATA_INSUFFICIENT, ADVICE_NO_MODELS, ADVICE_BUDGET_TOO_SMALL, FORBIDDEN,
 *   UNAUTHENTICATED, IDEMPOTENCY_KEY_REUSED
 */
export async function launchAdvice(zoo: Zoo, principal: Principal, input: AdviceInput): Promise<Job> {
  const account = requireScope(principal, 'launch');
  const value = parseInput(adviceSchema, input);
  const { manager: outside } = zoo.database;
  const key = value.idempotencyKey;
  const earlier = await findEarlierResult(outside, account, 'advise', key, input);
  if (earlier !== undefined) return outside.findOneByOrFail(Job, { id: earlier });
  const budgetSeconds = requireBudget(value.budgetSeconds ?? defaultBudgetSeconds);
  const job = await zoo.database.transaction(async (manager) => {
    const { id } = await withIdempotency(manager, account, 'advise', key, input, async () => {
      const { manifest } = await visibleData(manager, principal, value.datasetVersionId);
      requireData(manifest);
      const models = await advisableModels(manager, principal, value.baseVersionIds ?? undefined);
      const parameters: AdviceParameters = { ...models, budgetSeconds };
      const made = await manager.save(
        manager.create(Job, {
          kind: 'ADVICE',
          launchedBy: account.id,
          datasetVersionId: value.datasetVersionId,
          parameters,
          seed: value.seed ?? 1,
        }),
      );
      await appendStateEvent(manager, made.id, 'QUEUED');
      await enqueueJob(manager, made.id);
      await recordAudit(manager, account.id, 'job.launch', made.id, { kind: 'ADVICE' });
      return made.id;
    });
    return manager.findOneByOrFail(Job, { id });
  });
  announceQueued(zoo.database, job.id);
  return job;
}

function requireBudget(seconds: number): number {
  if (seconds >= leastBudgetSeconds) return seconds;
  throw new ZooError(
    'ADVICE_BUDGET_TOO_SMALL',
    `budgetSeconds is ${seconds}; at least ${leastBudgetSeconds} are needed to measure anything. A minute or two is usual.`,
    { problems: [{ path: 'budgetSeconds', message: `must be at least ${leastBudgetSeconds}` }] },
  );
}

/** @throws ZooError ADVICE_DATA_INSUFFICIENT */
function requireData({ task, classes, splits }: DatasetManifest): void {
  const problems = dataProblems('the advisor', { task, classes, splits });
  const { perClass } = splits.train;
  if (problems.length === 0 && perClass.every((count) => count < 2)) {
    problems.push({
      path: 'datasetVersionId',
      message:
        'No class of the data set has two training pictures, so nothing can be tried out on pictures that were not learned from. Add pictures.',
    });
  }
  if (problems.length === 0) return;
  throw new ZooError('ADVICE_DATA_INSUFFICIENT', problems.map(({ message }) => message).join('\n'), {
    problems,
  });
}
