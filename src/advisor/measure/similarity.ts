import { diagonalFrechetDistance } from '../../learning/transferability/frechet-distance.js';
import type { CutMeasurements, Similarity } from '../measurements.js';
import { bestCut, probedCuts } from '../recommend/best-cut.js';
import type { SourceStatistics } from './measure-input.js';

/**
 * How much the data resemble what a network was trained on: where its features serve best, how its stored statistics differ
 * from the data's, and how far the data lie from pictures that it was trained on. Null where no probe tells anything.
 *
 * @param cuts input to output
 * @param known of data sets that models were trained on; the deepest cut that one of them knows is compared
 */
export function similarity(
  cuts: readonly CutMeasurements[],
  batchNormShifts: Similarity['batchNormShifts'],
  known: readonly SourceStatistics[],
): Similarity | null {
  const peak = bestCut({ cuts: [...cuts] });
  const deepest = probedCuts({ cuts: [...cuts] }).at(-1);
  if (peak === undefined || deepest === undefined) return null;
  const sum = batchNormShifts.reduce((total, { shift }) => total + shift, 0);
  return {
    peakLayer: peak.layer,
    peakDepth: peak.depth,
    lateGap: peak.probe.accuracy - deepest.probe.accuracy,
    batchNormShifts,
    batchNormShift: batchNormShifts.length === 0 ? null : sum / batchNormShifts.length,
    frechet: frechetToSource(cuts, known),
  };
}

/** Of several data sets that know the cut the nearest. */
function frechetToSource(
  cuts: readonly CutMeasurements[],
  known: readonly SourceStatistics[],
): Similarity['frechet'] {
  for (const { layer, featureKey, statistics } of cuts.toReversed()) {
    if (statistics === null) continue;
    const distances = known
      .filter((source) => source.featureKey === featureKey && source.mean.length === statistics.mean.length)
      .map(({ datasetVersionId, mean, variance }) => ({
        layer,
        datasetVersionId,
        distance: diagonalFrechetDistance(statistics, { mean: [...mean], variance: [...variance] }),
      }));
    const [nearest] = distances.toSorted((a, b) => a.distance - b.distance);
    if (nearest !== undefined) return nearest;
  }
  return null;
}
