import type { JobState } from '../../zoo/job-types.js';
import type { StrategyCatalogue } from '../strategies/strategy-catalogue.js';
import { waitingFor } from '../strategies/waiting-for.js';
import type { CandidateBuild } from './candidate-builds.js';

/**
 * What a queued sweep waits for: one worker that has the strategies of all candidates, in the builds they are bound to, and
 * what those need. Null when one has, or the sweep does not wait.
 */
export function waitingForSweep(
  { state }: { state: JobState },
  builds: readonly CandidateBuild[],
  catalogue: StrategyCatalogue,
): string | null {
  for (const build of builds) {
    const reason = waitingFor({ ...build, state }, catalogue);
    if (reason !== null) return reason;
  }
  if (state !== 'QUEUED') return null;
  const able = builds.map(({ strategy, strategyVersion, strategyDigest }) => {
    const entry = catalogue.find(strategy, strategyVersion, strategyDigest);
    return new Set((entry?.able ?? []).map(({ id }) => id));
  });
  const [first = new Set<string>(), ...rest] = able;
  if ([...first].some((id) => rest.every((ids) => ids.has(id)))) return null;
  const names = builds.map(({ strategy, strategyVersion }) => `${strategy} ${strategyVersion}`);
  return `A sweep needs one worker that has all its strategies, and none that is alive does: ${names.join(', ')}.`;
}
