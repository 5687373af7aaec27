import type { CutMeasurements, ModelMeasurements } from '../measurements.js';
import { withoutScores } from './finish-cuts.js';
import type { SourceStatistics } from './measure-input.js';
import type { ModelRun } from './model-run.js';
import type { OpenCut } from './open-network.js';
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
    .map((cut) => measured.get(cut.layer) ?? withProbe(cut, run));
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

/** A cut of a model that was dropped with no time for more than what decided. */
function withProbe(cut: OpenCut, { probes, pictures }: ModelRun): CutMeasurements {
  const unknown = withoutScores(cut);
  const probe = probes.get(cut.layer);
  if (probe?.pictures !== pictures) return unknown;
  const { accuracy, standardError, C } = probe;
  return { ...unknown, pictures, scores: { ...unknown.scores, probe: { accuracy, standardError, C } } };
}
