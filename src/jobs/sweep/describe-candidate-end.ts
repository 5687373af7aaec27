import { percent } from '../../advisor/percent.js';
import type { CandidateEnd } from './settle-candidate.js';
import type { Leader } from './stop-rules.js';

/** What became of a candidate, in a line of the job's log. */
export function describeCandidateEnd(end: CandidateEnd, leader: Leader | undefined): string {
  if (end.state === 'STOPPED') return end.reason;
  const after = `after ${end.seconds.toFixed(1)} s`;
  if (end.state === 'FAILED') return `failed ${after}: ${end.error.code}: ${end.error.message}`;
  const leads = leader === undefined || end.validation.accuracy > leader.accuracy;
  return (
    `${percent(end.validation.accuracy)} of validation pictures right, ${percent(end.test.accuracy)} of test pictures, ${after}; ` +
    (leads
      ? 'it leads.'
      : `candidate ${leader.ordinal} leads with ${percent(leader.accuracy)} of validation pictures.`)
  );
}
