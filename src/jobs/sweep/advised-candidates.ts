import { ZooError } from '../../errors.js';
import type { Principal } from '../../zoo/access/principal.js';
import type { Zoo } from '../../zoo/zoo.js';
import { loadAdvices, type AdviceLineRow } from '../advice/load-advices.js';
import type { StrategyCatalogue } from '../strategies/strategy-catalogue.js';
import type { WantedCandidate } from './check-candidates.js';
import { sweepInvalid } from './sweep-invalid.js';
import type { LeftOutLine } from './sweep-parameters.js';

/** Lines of an advice as a sweep takes them. */
export interface AdvisedCandidates {
  lines: WantedCandidate[];
  /** Lines that would have been taken, had what they name not gone since. */
  leftOut: LeftOutLine[];
}

/**
 * The first lines of an advice, without those of which it says itself that they cannot run. A line whose model or strategy
 * has gone since is left out, and the next of the ranking takes its place.
 *
 * @throws ZooError NOT_FOUND, SWEEP_INVALID for an advice on other pictures, ADVICE_STALE where no line is left
 */
export async function advisedCandidates(
  zoo: Zoo,
  principal: Principal,
  catalogue: StrategyCatalogue,
  { adviceId, top, datasetVersionId }: { adviceId: string; top: number; datasetVersionId: string },
): Promise<AdvisedCandidates> {
  const [advice] = await loadAdvices(zoo.database, principal, [adviceId]);
  if (advice === undefined) {
    const message = 'must be the id of an advice that you can see';
    throw new ZooError('NOT_FOUND', 'adviceId: there is no such advice, or it is not visible to you.', {
      problems: [{ path: 'adviceId', message }],
    });
  }
  if (advice.datasetVersionId !== datasetVersionId) {
    throw sweepInvalid([{ path: 'adviceId', message: 'is an advice on another version of a data set' }]);
  }
  const lines: WantedCandidate[] = [];
  const leftOut: LeftOutLine[] = [];
  for (const line of advice.candidates.filter(({ canRun }) => canRun)) {
    if (lines.length === top) break;
    const reason = whyGone(line, catalogue);
    if (reason === undefined) lines.push(asCandidate(adviceId, line));
    else leftOut.push({ rank: line.rank, reason });
  }
  if (lines.length === 0 && leftOut.length > 0) throw stale(leftOut);
  return { lines, leftOut };
}

function whyGone(
  { isGone, strategy, strategyVersion }: AdviceLineRow,
  catalogue: StrategyCatalogue,
): string | undefined {
  if (isGone) return 'Its model was deleted, or is not visible to you any more.';
  if (catalogue.find(strategy, strategyVersion ?? undefined) !== undefined) return undefined;
  const name = [strategy, strategyVersion].filter(Boolean).join(' ');
  return `Its strategy, ${name}, was removed: neither the server nor a worker that is alive has it.`;
}

function asCandidate(adviceId: string, line: AdviceLineRow): WantedCandidate {
  return {
    path: `adviceId, line ${line.rank}`,
    baseVersionId: line.versionId,
    strategy: line.strategy,
    strategyVersion: line.strategyVersion,
    parameters: line.parameters,
    advice: { id: adviceId, rank: line.rank, expected: line.accuracy },
  };
}

function stale(leftOut: readonly LeftOutLine[]): ZooError {
  const why = leftOut.map(({ rank, reason }) => `Line ${rank}: ${reason}`).join('\n');
  return new ZooError(
    'ADVICE_STALE',
    `No line of the advice can be launched any more. Ask for a new one.\n${why}`,
    {
      problems: [{ path: 'adviceId', message: 'must be an advice with a line that can still be launched' }],
    },
  );
}
