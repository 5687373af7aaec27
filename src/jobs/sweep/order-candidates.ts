import type { PromisedColumn } from '../../zoo/database/entities/advice-candidate.entity.js';

/** What of a candidate decides when it runs. */
export interface OrderedCandidate {
  strategy: string;
  expected: PromisedColumn | null;
}

/** Solves a linear classifier on features: seconds to minutes, and what it computes of the pictures others read again. */
const linearStrategy = 'feature-extraction-svm';

/**
 * The order in which the candidates of a sweep run. Linear classifiers first: they are quick, fill the feature cache, and set the
 * mark that trainings have to reach. Then those of which an advice expects most; then the others, as they were given.
 */
export function orderCandidates<Candidate extends OrderedCandidate>(
  candidates: readonly Candidate[],
): Candidate[] {
  const trains = ({ strategy }: Candidate) => Number(strategy !== linearStrategy);
  const expectation = ({ expected }: Candidate) => expected?.value ?? -1;
  return [...candidates].sort((a, b) => trains(a) - trains(b) || expectation(b) - expectation(a));
}
