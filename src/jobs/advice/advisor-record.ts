import { calibration, type Calibration } from '../../advisor/record/calibration.js';
import { rankAgreement, type RankAgreement } from '../../advisor/record/rank-agreement.js';
import type { Principal } from '../../zoo/access/principal.js';
import type { Queryable } from '../../zoo/pagination/fetch-page.js';
import { groupBy } from './group-by.js';
import { recordedOutcomes, type RecordedOutcome } from './recorded-outcomes.js';

/** What became of the advisor's promises, as far as somebody may see it. */
export interface AdvisorRecord {
  /** Of all promises of accuracy that a job followed. */
  calibration: Calibration;
  /** The same by family of strategies, in the order of their names. */
  families: { family: string; calibration: Calibration }[];
  /** Whether lines that were promised to be better were better. */
  rankAgreement: RankAgreement;
  /** The newest outcomes, newest first. */
  newest: RecordedOutcome[];
}

/** Outcomes that are listed; all of them are counted. */
const mostListed = 100;

/** The track record over the advices and jobs that the principal may see. */
export async function advisorRecord(database: Queryable, principal: Principal): Promise<AdvisorRecord> {
  const outcomes = await recordedOutcomes(database, principal);
  return {
    calibration: calibration(outcomes),
    families: groupBy(outcomes, ({ family }) => family)
      .map(([family, ofFamily]) => ({ family, calibration: calibration(ofFamily) }))
      .sort((a, b) => (a.family < b.family ? -1 : 1)),
    rankAgreement: rankAgreement(
      groupBy(outcomes, ({ adviceId }) => adviceId).map(([, ofAdvice]) =>
        meanByRank(ofAdvice).map(({ promised, actual }) => ({ promised: promised.value, actual })),
      ),
    ),
    newest: outcomes.slice(-mostListed).reverse(),
  };
}

/** A line that was launched more than once counts once. */
function meanByRank(outcomes: readonly RecordedOutcome[]): RecordedOutcome[] {
  return groupBy(outcomes, ({ rank }) => String(rank)).flatMap(([, ofLine]) => {
    const [first] = ofLine;
    const total = ofLine.reduce((sum, { actual }) => sum + actual, 0);
    return first === undefined ? [] : [{ ...first, actual: total / ofLine.length }];
  });
}
