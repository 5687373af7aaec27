import { logOdds, slopeOfLogOdds, smoothedShare } from '../log-odds.js';
import type { CutMeasurements, ModelMeasurements } from '../measurements.js';

export type Probe = NonNullable<CutMeasurements['scores']['probe']>;

/** A cut whose probe could be solved. */
export interface ProbedCut extends CutMeasurements {
  probe: Probe;
}

/** The cuts of a model that have a probe, input to output. */
export function probedCuts({ cuts }: Pick<ModelMeasurements, 'cuts'>): ProbedCut[] {
  return cuts.flatMap((cut) => {
    const { probe } = cut.scores;
    return probe !== null && Number.isFinite(probe.accuracy) ? [{ ...cut, probe }] : [];
  });
}

/** The cut whose probe is best; of equal ones the deepest. Undefined where none could be solved. */
export function bestCut(model: Pick<ModelMeasurements, 'cuts'>): ProbedCut | undefined {
  return probedCuts(model).reduce<ProbedCut | undefined>(
    (best, next) => (best === undefined || next.probe.accuracy >= best.probe.accuracy ? next : best),
    undefined,
  );
}

/** Standard error of a probe's accuracy: that of the folds, and of so many pictures at least. Few folds can agree by chance. */
export function probeError({ accuracy, standardError }: Probe, pictures: number): number {
  const count = Math.max(1, pictures);
  const smoothed = (accuracy * count + 0.5) / (count + 1);
  return Math.max(standardError, Math.sqrt((smoothed * (1 - smoothed)) / count));
}

/** A probe in log-odds of its accuracy, drawn in by half a picture, with its standard deviation. */
export function probeInLogOdds({ probe, pictures }: Pick<ProbedCut, 'probe' | 'pictures'>): {
  value: number;
  deviation: number;
} {
  const share = smoothedShare(probe.accuracy, pictures);
  return { value: logOdds(share), deviation: probeError(probe, pictures) / slopeOfLogOdds(share) };
}
