import { z } from 'zod';
import { ZooError, type Problem } from '../../errors.js';
import { requireScope, type Principal } from '../../zoo/access/principal.js';
import { recordAudit } from '../../zoo/audit.js';
import { Job, SweepCandidate } from '../../zoo/database/entities/index.js';
import { findEarlierResult, withIdempotency } from '../../zoo/idempotency.js';
import { parseInput } from '../../zoo/parse-input.js';
import type { Zoo } from '../../zoo/zoo.js';
import { loadAdvices } from '../advice/load-advices.js';
import { appendStateEvent } from '../events/job-events.js';
import { announceQueued } from '../events/job-signals.js';
import { visibleBase, visibleData, type Data } from '../launch/check-fine-tune.js';
import { launchFields, strategyFields } from '../launch/launch-fields.js';
import { findOrCreateTargetModel } from '../launch/target-model.js';
import { enqueueJob } from '../queue/queue.js';
import { strategyCatalogue } from '../strategies/strategy-catalogue.js';
import { checkCandidates, type CheckedCandidate, type WantedCandidate } from './check-candidates.js';
import { orderCandidates } from './order-candidates.js';

/** Of one sweep. */
const mostCandidates = 64;

/** Lines of an advice that are taken where it is not said how many. */
const usualTop = 5;

const sweepSchema = z.object({
  datasetVersionId: z.uuid(),
  candidates: z.array(z.object(strategyFields)).nullish(),
  adviceId: z.uuid().nullish(),
  top: z.int().min(1, 'at least 1').max(mostCandidates, `at most ${mostCandidates}`).nullish(),
  publish: z.enum(['BEST', 'ALL']).default('BEST'),
  ...launchFields,
});

export type SweepInput = z.input<typeof sweepSchema>;

/**
 * Launches a sweep: several candidates, each a base, a strategy and parameters, tried on one data set as one job. They are
 * given, or are the first lines of an advice, or both. Everything that can be known to be wrong is said now, of all
 * candidates at once, with nothing queued or stored.
 *
 * @throws ZooError INPUT_INVALID, NOT_FOUND, SWEEP_INVALID, NAME_TAKEN, FORBIDDEN, UNAUTHENTICATED, IDEMPOTENCY_KEY_REUSED
 */
export async function launchSweep(zoo: Zoo, principal: Principal, input: SweepInput): Promise<Job> {
  const account = requireScope(principal, 'launch');
  const value = parseInput(sweepSchema, input);
  const { manager: outside } = zoo.database;
  const key = value.idempotencyKey;
  const earlier = await findEarlierResult(outside, account, 'launchSweep', key, input);
  if (earlier !== undefined) return outside.findOneByOrFail(Job, { id: earlier });
  const data = await visibleData(outside, principal, value.datasetVersionId);
  const wanted = await wantedCandidates(zoo, principal, value);
  const candidates = await runnableCandidates(zoo, principal, wanted, data);
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
          parameters: { publish: value.publish },
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

/**
 * What was given, and the first lines of the advice, without those of which the advice says itself that they cannot run.
 *
 * @throws ZooError NOT_FOUND, SWEEP_INVALID for an advice on other pictures
 */
async function wantedCandidates(
  zoo: Zoo,
  principal: Principal,
  { candidates, adviceId, top, datasetVersionId }: z.output<typeof sweepSchema>,
): Promise<WantedCandidate[]> {
  const given = (candidates ?? []).map((candidate, at) => ({ ...candidate, path: `candidates[${at}]` }));
  if (adviceId == null) return given;
  const [advice] = await loadAdvices(zoo.database, principal, [adviceId]);
  if (advice === undefined) {
    const message = 'must be the id of an advice that you can see';
    throw new ZooError('NOT_FOUND', 'adviceId: there is no such advice, or it is not visible to you.', {
      problems: [{ path: 'adviceId', message }],
    });
  }
  if (advice.datasetVersionId !== datasetVersionId) {
    throw invalid([{ path: 'adviceId', message: 'is an advice on another version of a data set' }]);
  }
  const runnable = advice.candidates.filter(({ canRun }) => canRun);
  const lines = runnable.slice(0, top ?? usualTop).map((line) => ({
    path: `adviceId, line ${line.rank}`,
    baseVersionId: line.versionId,
    strategy: line.strategy,
    strategyVersion: line.strategyVersion,
    parameters: line.parameters,
    advice: { id: advice.id, rank: line.rank, expected: line.accuracy },
  }));
  return [...lines, ...given];
}

/** @throws ZooError SWEEP_INVALID with everything that is wrong */
async function runnableCandidates(
  zoo: Zoo,
  principal: Principal,
  wanted: readonly WantedCandidate[],
  data: Data,
): Promise<CheckedCandidate[]> {
  if (wanted.length === 0 || wanted.length > mostCandidates) {
    const message = `${wanted.length} candidates are given; a sweep takes 1 to ${mostCandidates}`;
    throw invalid([{ path: 'candidates', message }]);
  }
  // Packages' processes answer in their own time: no transaction may wait for them.
  const catalogue = await strategyCatalogue(zoo);
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
  if (problems.length > 0) throw invalid(problems);
  return orderCandidates(
    checked.candidates.map((candidate) => ({
      ...candidate,
      strategy: candidate.announcement.name,
      expected: candidate.advice?.expected ?? null,
    })),
  );
}

function invalid(problems: Problem[]): ZooError {
  return new ZooError(
    'SWEEP_INVALID',
    problems.map(({ path, message }) => `${path}: ${message}`).join('\n'),
    {
      problems,
    },
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
