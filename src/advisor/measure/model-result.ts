import type { ModelMeasurements } from '../measurements.js';
import { withoutScores } from './finish-cuts.js';
import type { SourceStatistics } from './measure-input.js';
import type { ModelRun } from './model-run.js';
import { similarity } from './similarity.js';

/** How far a model came, and why no further. */
export type ModelEnd = Pick<ModelMeasurements, 'state' | 'reason'>;

/** What was measured of a model, as plain data. */
export function modelResult(
  run: ModelRun,
  end: ModelEnd,
  known: readonly SourceStatistics[] = [],
): ModelMeasurements {
  const { network, finished, unusable } = run;
  const measured = new Map(finished?.cuts.map((cut) => [cut.layer, cut]));
  const cuts = [...network.cuts, ...network.leftOut]
    .sort((a, b) => a.place - b.place)
    .map((cut) => measured.get(cut.layer) ?? withoutScores(cut));
  return {
    versionId: run.input.model.versionId,
    ...(unusable === null ? end : { state: 'UNUSABLE' as const, reason: unusable }),
    pictures: run.pictures,
    picturesPerSecond: network.picturesPerSecond,
    seconds: run.seconds,
    cuts,
    learningCurve: finished?.learningCurve ?? null,
    similarity: similarity(cuts, network.batchNormShifts, known),
  };
}
