import { logMe } from '../../learning/transferability/log-me.js';
import { nearestNeighbourAccuracy } from '../../learning/transferability/nearest-neighbour-accuracy.js';
import type { LabelledFeatureMatrix } from '../../learning/transferability/labelled-feature-matrix.js';
import { shrinkageHScore } from '../../learning/transferability/shrinkage-h-score.js';
import type { TransferabilityScores } from '../measurements.js';

/**
 * Pictures that the scores besides the probe see at most. What they cost grows with the square or the cube of it; more
 * pictures hardly change how they order models, which is all they are for.
 */
const mostPictures = { nearestNeighbours: 2_000, hScore: 1_000, logMe: 1_000 };

/** Neighbours that vote: few, since some classes have few pictures. */
const k = 5;

/** The scores of one feature matrix that need no classifier; the first rows stand for all. */
export async function cutScores(
  features: LabelledFeatureMatrix,
  options: { threads: number; signal: AbortSignal },
): Promise<Omit<TransferabilityScores, 'probe'>> {
  return {
    nearestNeighbours: await nearestNeighbourAccuracy(firstRows(features, mostPictures.nearestNeighbours), {
      ...options,
      k,
    }),
    hScore: await shrinkageHScore(firstRows(features, mostPictures.hScore), options),
    logMe: finite(await logMe(firstRows(features, mostPictures.logMe), options)),
  };
}

/** What the scores of a cut are expected to take: LogME's tridiagonal form, on one core, is most of it. */
export function scoreSeconds(rows: number, featureDim: number): number {
  const size = Math.min(rows, featureDim, mostPictures.logMe);
  return 0.05 + (2 * size ** 3) / 1e9;
}

/** Pictures lie in an order of which every beginning is a smaller data set. */
function firstRows(features: LabelledFeatureMatrix, count: number): LabelledFeatureMatrix {
  const rows = Math.min(count, features.rows);
  return {
    rows,
    featureDim: features.featureDim,
    data: features.data.subarray(0, rows * features.featureDim),
    labels: features.labels.subarray(0, rows),
  };
}

/** Evidence of features that say everything, or nothing, has no bound. */
const finite = (score: number | null): number | null =>
  score !== null && Number.isFinite(score) ? score : null;
