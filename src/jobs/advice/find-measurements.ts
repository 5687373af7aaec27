import type { AdviceMeasurements, CutMeasurements, ModelMeasurements } from '../../advisor/measurements.js';
import { similarity } from '../../advisor/measure/similarity.js';
import { sizeOfSummary } from '../../advisor/size-of-summary.js';
import type { Principal } from '../../zoo/access/principal.js';
import { jobVisibleTo } from '../../zoo/access/visible-to.js';
import type { Queryable } from '../../zoo/pagination/fetch-page.js';
import type { Data } from '../launch/check-fine-tune.js';

/** ADVICE: measured for an advice. PROFILE: for the model's transfer profile. MANIFEST: nothing was measured. */
export type EstimateBasis = 'ADVICE' | 'PROFILE' | 'MANIFEST';

/** What is known of a model on a data set. */
export interface FoundMeasurements {
  basis: EstimateBasis;
  adviceId: string | null;
  measurements: AdviceMeasurements;
}

interface Place {
  baseVersionId: string;
  datasetVersionId: string;
  data: Data;
}

/** The best numbers there are of a model on a data set that the principal may see, and where they come from. */
export async function findMeasurements(
  database: Queryable,
  principal: Principal,
  place: Place,
): Promise<FoundMeasurements> {
  const advice = await newestAdvice(database, principal, place);
  if (advice !== undefined) return { basis: 'ADVICE', ...advice };
  const cuts = await profileCuts(database, place);
  const measurements: AdviceMeasurements = {
    dataset: sizeOfSummary(place.data.manifest),
    models: cuts.length === 0 ? [] : [ofProfile(place.baseVersionId, cuts)],
    rungs: [],
    budgetSeconds: 1,
    spentSeconds: 0,
    threads: 1,
  };
  return { basis: cuts.length === 0 ? 'MANIFEST' : 'PROFILE', adviceId: null, measurements };
}

async function newestAdvice(
  database: Queryable,
  principal: Principal,
  { baseVersionId, datasetVersionId }: Place,
): Promise<Omit<FoundMeasurements, 'basis'> | undefined> {
  const rows = (await database.query(
    `SELECT a.id AS "adviceId", a.measurements FROM advices a JOIN jobs asked ON asked.id = a.job_id
      WHERE a.dataset_version_id = $1 AND ${jobVisibleTo(principal, 'asked')}
        AND EXISTS (SELECT FROM jsonb_array_elements(a.measurements -> 'models') AS measured (model)
              WHERE model ->> 'versionId' = $2::text AND (model ->> 'pictures')::int > 0)
      ORDER BY a.created_at DESC, a.id LIMIT 1`,
    [datasetVersionId, baseVersionId],
  )) as Omit<FoundMeasurements, 'basis'>[];
  return rows[0];
}

type ProfileCut = CutMeasurements & { batchNormShift: number | null };

/** Whoever sees the model and the data set may see what the one is worth on the other. */
async function profileCuts(
  database: Queryable,
  { baseVersionId, datasetVersionId }: Place,
): Promise<ProfileCut[]> {
  return (await database.query(
    `SELECT c.layer, c.depth, c.feature_dim AS "featureDim", c.feature_key AS "featureKey",
            c.is_candidate AS "isCandidate", p.pictures, p.scores, NULL AS statistics,
            p.batch_norm_shift AS "batchNormShift"
       FROM transfer_profile_cuts c JOIN transfer_profiles p ON p.feature_key = c.feature_key
      WHERE c.version_id = $1 AND p.dataset_version_id = $2 ORDER BY c.depth, c.layer`,
    [baseVersionId, datasetVersionId],
  )) as ProfileCut[];
}

function ofProfile(versionId: string, profile: readonly ProfileCut[]): ModelMeasurements {
  const cuts = profile.map(({ batchNormShift: _, ...cut }) => cut);
  const shifts = profile.flatMap(({ layer, depth, batchNormShift: shift }) =>
    shift === null ? [] : [{ layer, depth, shift }],
  );
  return {
    versionId,
    state: 'MEASURED',
    reason: null,
    pictures: Math.max(...cuts.map(({ pictures }) => pictures)),
    picturesPerSecond: null,
    seconds: 0,
    cuts,
    learningCurve: null,
    similarity: similarity(cuts, shifts, []),
  };
}
