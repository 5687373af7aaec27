import type { EntityManager } from 'typeorm';
import { canonicalJson } from '../../canonical-json.js';
import { ZooError, type Problem } from '../../errors.js';
import type { Principal } from '../../zoo/access/principal.js';
import type { PromisedColumn } from '../../zoo/database/entities/advice-candidate.entity.js';
import type { AnnouncedStrategy } from '../../zoo/job-types.js';
import { checkedParameters, findStrategy, visibleBase, type Data } from '../launch/check-fine-tune.js';
import type { StrategyCatalogue } from '../strategies/strategy-catalogue.js';

/** A candidate as it was asked for. */
export interface WantedCandidate {
  /** Where it stands in the input. */
  path: string;
  baseVersionId: string;
  strategy: string;
  strategyVersion?: string | null;
  parameters?: unknown;
  /** The line of an advice that it is, and the accuracy promised there. */
  advice?: { id: string; rank: number; expected: PromisedColumn | null };
}

/** A candidate that can run, bound to the build of the strategy that its parameters were validated against. */
export interface CheckedCandidate {
  baseVersionId: string;
  license: string | null;
  announcement: AnnouncedStrategy;
  parameters: Record<string, unknown>;
  advice: WantedCandidate['advice'];
}

/**
 * Checks the candidates of a sweep as launches of them would: base, strategy, parameters, and whether they suit each other.
 *
 * @returns those that can run; and all that is wrong with the others.
 */
export async function checkCandidates(
  manager: EntityManager,
  principal: Principal,
  catalogue: StrategyCatalogue,
  wanted: readonly WantedCandidate[],
  data: Data,
): Promise<{ candidates: CheckedCandidate[]; problems: Problem[] }> {
  const candidates: CheckedCandidate[] = [];
  const problems: Problem[] = [];
  const seen = new Map<string, string>();
  for (const candidate of wanted) {
    const { path, baseVersionId, advice } = candidate;
    try {
      const base = await visibleBase(manager, principal, baseVersionId);
      const strategy = findStrategy(catalogue, candidate.strategy, candidate.strategyVersion ?? undefined);
      const parameters = await checkedParameters(strategy, candidate.parameters, base, data);
      const { announcement } = strategy;
      const { digest } = announcement.package;
      const key = canonicalJson([baseVersionId, announcement.name, digest, parameters]);
      const twin = seen.get(key);
      if (twin !== undefined)
        problems.push({ path, message: `is the same as ${twin}; leave one of them out` });
      seen.set(key, twin ?? path);
      candidates.push({ baseVersionId, license: base.license, announcement, parameters, advice });
    } catch (error) {
      if (!(error instanceof ZooError)) throw error;
      problems.push(...problemsOf(error, path));
    }
  }
  return { candidates, problems };
}

function problemsOf({ message, details }: ZooError, path: string): Problem[] {
  const { problems } = details as { problems?: Problem[] };
  return problems === undefined || problems.length === 0
    ? [{ path, message }]
    : problems.map((problem) => ({ ...problem, path: [path, problem.path].filter(Boolean).join('.') }));
}
