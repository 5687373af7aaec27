import { z } from 'zod';
import { requireScope, type Principal } from '../../zoo/access/principal.js';
import { recordAudit } from '../../zoo/audit.js';
import { Job, SweepCandidate } from '../../zoo/database/entities/index.js';
import { findEarlierResult, withIdempotency } from '../../zoo/idempotency.js';
import { parseInput } from '../../zoo/parse-input.js';
import type { Zoo } from '../../zoo/zoo.js';
import { appendStateEvent } from '../events/job-events.js';
import { announceQueued } from '../events/job-signals.js';
import { visibleBase, visibleData, type Data } from '../launch/check-fine-tune.js';
import { launchFields, strategyFields } from '../launch/launch-fields.js';
import { findOrCreateTargetModel } from '../launch/target-model.js';
import { enqueueJob } from '../queue/queue.js';
import { strategyCatalogue, type StrategyCatalogue } from '../strategies/strategy-catalogue.js';
import { advisedCandidates } from './advised-candidates.js';
import { checkCandidates, type CheckedCandidate, type WantedCandidate } from './check-candidates.js';
import { orderCandidates } from './order-candidates.js';
import { sweepInvalid } from './sweep-invalid.js';
import type { SweepParameters } from './sweep-parameters.js';

/** Of one sweep. */
const mostCandidates = 64;

/** Lines of an advice that are taken where it is not said how many. */
const usualTop = 5;

const sweepSchema = z
  .object({
    datasetVersionId: z.uuid(),
    candidates: z.array(z.object(strategyFields)).nullish(),
    adviceId: z.uuid().nullish(),
    top: z.int().min(1, 'at least 1').max(mostCandidates, `at most ${mostCandidates}`).nullish(),
    publish: z.enum(['BEST', 'ALL']).default('BEST'),
    ...launchFields,
  })
  .refine(({ adviceId, top }) => adviceId != null || top == null, {
    path: ['top'],
    error: 'says how many lines of an advice: give adviceId with it',
  });

export type SweepInput = z.input<typeof sweepSchema>;

/**
 * Launches a sweep: several candidates, each a base, a strategy and parameters, tried on one data set as one job. They are
 * given, or are the first lines of an advice, or both. Everything that can be known to be wrong is said now, of all
 * candidates at once, with nothing queued or stored.
 *
 * @throws ZooError INPUT_INVALID, NOT_FOUND, ADVICE_STALE, SWEEP_INVALID, NAME_TAKEN, FORBIDDEN, UNAUTHENTICATED, IDEMPOTENCY_KEY_REUSED
 */
export async function launchSweep(zoo: Zoo, principal: Principal, input: SweepInput): Promise<Job> {
  const account = requireScope(principal, 'launch');
  const value = parseInput(sweepSchema, input);
  const { manager: outside } = zoo.database;
  const key = value.idempotencyKey;
  const earlier = await findEarlierResult(outside, account, 'launchSweep', key, input);
  if (earlier !== undefined) return outside.findOneByOrFail(Job, { id: earlier });
  const data = await visibleData(outside, principal, value.datasetVersionId);
  // Packages' processes answer in their own time: no transaction may wait for them.
  const catalogue = await strategyCatalogue(zoo);
  const { adviceId, top, datasetVersionId } = value;
  const { lines, leftOut } =
    adviceId == null
      ? { lines: [], leftOut: [] }
      : await advisedCandidates(zoo, principal, catalogue, {
          adviceId,
          top: top ?? usualTop,
          datasetVersionId,
        });
  const given = (value.candidates ?? []).map((candidate, at) => ({
    ...candidate,
    path: `candidates[${at}]`,
  }));
  const candidates = await runnableCandidates(zoo, principal, catalogue, [...lines, ...given], data);
  const parameters: SweepParameters = { publish: value.publish, leftOut };
  const job = await zoo.database.transaction(async (manager) => {
    const { id } = await withIdempotency(manager, account, 'launchSweep', key, input, async () => {
      // Versions never change, but they may have been taken from sight meanwhile.
      for (const { baseVersionId } of candidates) await visibleBase(manager, principal, baseVersionId);
      await visibleData(manager, principal, value.datasetVersionId);
      const [ownerName, name] = value.name;
      const targetModelId = await findOrCreateTargetModel(manager, principal, {
        ownerName,
        name,
        visibility: value.visibility ?? undefined,
        task: data.manifest.task,
        license: commonLicense(candidates),
      });
      const made = await manager.save(
        manager.create(Job, {
          kind: 'SWEEP',
          launchedBy: account.id,
          datasetVersionId: value.datasetVersionId,
          targetModelId,
          parameters,
          notes: value.notes ?? '',
          seed: value.seed ?? 1,
        }),
      );
      await manager.save(manager.create(SweepCandidate, rowsOf(made.id, candidates)));
      await appendStateEvent(manager, made.id, 'QUEUED');
      await enqueueJob(manager, made.id);
      await recordAudit(manager, account.id, 'job.launch', made.id, {
        kind: 'SWEEP',
        candidates: candidates.length,
      });
      return made.id;
    });
    return manager.findOneByOrFail(Job, { id });
  });
  announceQueued(zoo.database, job.id);
  return job;
}

/** @throws ZooError SWEEP_INVALID with everything that is wrong */
async function runnableCandidates(
  zoo: Zoo,
  principal: Principal,
  catalogue: StrategyCatalogue,
  wanted: readonly WantedCandidate[],
  data: Data,
): Promise<CheckedCandidate[]> {
  if (wanted.length === 0 || wanted.length > mostCandidates) {
    const message = `${wanted.length} candidates are given; a sweep takes 1 to ${mostCandidates}`;
    throw sweepInvalid([{ path: 'candidates', message }]);
  }
  const checked = await checkCandidates(zoo.database.manager, principal, catalogue, wanted, data);
  const { imageCount } = data.manifest.splits.validation;
  const problems = [
    ...(imageCount > 0
      ? []
      : [
          {
            path: 'datasetVersionId',
            message:
              'The data set has no validation pictures, and a sweep chooses the best of its candidates by them; publish a version that has some.',
          },
        ]),
    ...checked.problems,
  ];
  if (problems.length > 0) throw sweepInvalid(problems);
  return orderCandidates(
    checked.candidates.map((candidate) => ({
      ...candidate,
      strategy: candidate.announcement.name,
      expected: candidate.advice?.expected ?? null,
    })),
  );
}

/** Several bases under several licences leave it open. */
function commonLicense(candidates: readonly CheckedCandidate[]): string | null {
  const [license, ...others] = new Set(candidates.map((candidate) => candidate.license));
  return others.length > 0 ? null : (license ?? null);
}

function rowsOf(jobId: string, candidates: readonly CheckedCandidate[]) {
  return candidates.map(({ baseVersionId, announcement, parameters, advice }, at) => ({
    jobId,
    ordinal: at + 1,
    baseVersionId,
    strategy: announcement.name,
    strategyVersion: announcement.version,
    strategyPackage: announcement.package.name,
    strategyPackageVersion: announcement.package.version,
    strategyDigest: announcement.package.digest,
    parameters,
    adviceId: advice?.id ?? null,
    adviceRank: advice?.rank ?? null,
    expected: advice?.expected ?? null,
  }));
}
