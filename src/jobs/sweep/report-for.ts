import type { SweepCandidate } from '../../zoo/database/entities/index.js';
import type { AttemptReport } from '../events/event-writer.js';
import type { SweepRun } from './run-sweep.js';

/**
 * What a candidate reports, told apart from what the others do: its phases and words say which it is, and its curves are
 * its own.
 */
export function reportFor(
  { candidateCount, report }: Pick<SweepRun, 'candidateCount' | 'report'>,
  { ordinal, strategy }: Pick<SweepCandidate, 'ordinal' | 'strategy'>,
): (report: AttemptReport) => void {
  return (said) => {
    if (said.type === 'progress') {
      report({ ...said, phase: `candidate ${ordinal} of ${candidateCount}, ${strategy}: ${said.phase}` });
    } else if (said.type === 'metric') {
      // Curves by step of dozens of trainings are more than a job's log takes; those by epoch are what is compared.
      if (!said.name.startsWith('train/')) report({ ...said, name: candidateMetric(ordinal, said.name) });
    } else {
      report({ ...said, message: `Candidate ${ordinal}: ${said.message}` });
    }
  };
}

/** The name of a candidate's curve in the log of its job. */
export const candidateMetric = (ordinal: number, name: string): string => `candidate-${ordinal}/${name}`;
