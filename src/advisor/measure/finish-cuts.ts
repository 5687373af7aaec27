import { channelStatistics } from '../../learning/transferability/channel-statistics.js';
import { learningCurve } from '../../learning/transferability/learning-curve.js';
import type { LabelledFeatureMatrix } from '../../learning/transferability/labelled-feature-matrix.js';
import type { CutMeasurements, LearningCurve } from '../measurements.js';
import { cutScores, scoreSeconds } from './cut-scores.js';
import type { ModelRun } from './model-run.js';
import type { OpenCut } from './open-network.js';
import { probePath } from './probe-path.js';

/** What is measured of a model once it is clear on how many pictures. */
export interface FinishedCuts {
  /** Input to output. */
  cuts: CutMeasurements[];
  learningCurve: LearningCurve | null;
}

/** What is wanted besides the scores at the cuts that strategies compare by themselves. */
export interface FinishExtent {
  /** The other cuts. */
  otherCuts: boolean;
  learningCurve: boolean;
}

/**
 * Measures what does not decide which model is best but what to do with it: the learning curve, the probe at the other cuts,
 * scores and statistics. What the time does not hold is left out.
 */
export async function finishCuts(run: ModelRun, extent: FinishExtent): Promise<FinishedCuts> {
  const { on, signal } = run.input;
  const { cuts } = run.network;
  const features = await run.network.features(run.pictures, run.featureBytes());
  const best = run.probes.best(run.pictures);
  const curveAt = extent.learningCurve ? cuts.findIndex(({ layer }) => layer === best?.layer) : -1;
  const curve = curveAt < 0 ? null : await curveOf(run, cuts[curveAt] as OpenCut, await features.at(curveAt));
  const measured: CutMeasurements[] = [];
  for (const [at, cut] of cuts.entries()) {
    signal.throwIfAborted();
    on.progress(`measuring the layers of ${run.name}`, at, cuts.length);
    measured.push(
      extent.otherCuts || cut.isCandidate
        ? await measureCut(run, cut, await features.at(at))
        : withoutScores(cut),
    );
  }
  on.progress(`measuring the layers of ${run.name}`, cuts.length, cuts.length);
  const skipped = cuts.filter(({ layer }) => run.probes.get(layer) === undefined);
  if (best !== undefined && extent.otherCuts && skipped.length > 0) {
    on.log(
      `No time was left for linear classifiers behind ${skipped.map(({ layer }) => layer).join(', ')} of ${run.name}.`,
    );
  }
  return { cuts: measured, learningCurve: curve };
}

/** What finishing with so many pictures is expected to take. */
export function finishSeconds(
  { network, probes }: Pick<ModelRun, 'network' | 'probes'>,
  rows: number,
): number {
  return network.cuts.reduce(
    (sum, cut) =>
      sum + scoreSeconds(rows, cut.featureDim) + (cut.isCandidate ? 0 : probes.seconds(cut, rows)),
    network.secondsAgain(rows) + curveSeconds(probes, network.cuts.at(-1), rows),
  );
}

/** A cut of which nothing is known but where it is. */
export function withoutScores({
  layer,
  depth,
  featureDim,
  featureKey,
  isCandidate,
}: OpenCut): CutMeasurements {
  return {
    layer,
    depth,
    featureDim,
    featureKey,
    isCandidate,
    pictures: 0,
    scores: { nearestNeighbours: null, hScore: null, logMe: null, probe: null },
    statistics: null,
  };
}

async function measureCut(
  run: ModelRun,
  cut: OpenCut,
  features: LabelledFeatureMatrix,
): Promise<CutMeasurements> {
  const { budget, threads, signal } = run.input;
  const unknown = withoutScores(cut);
  if (run.probes.get(cut.layer)?.pictures !== features.rows) await run.solve(cut, features);
  const probe = run.probes.get(cut.layer);
  // Only statistics would be no measurement of a cut: others may still make one.
  if (!cut.isCandidate && probe === undefined) return unknown;
  const hasTime = scoreSeconds(features.rows, cut.featureDim) <= budget.remaining();
  const scores = hasTime ? await cutScores(features, { threads, signal }) : unknown.scores;
  return {
    ...unknown,
    pictures: features.rows,
    scores: {
      ...scores,
      probe:
        probe?.pictures === features.rows
          ? { accuracy: probe.accuracy, standardError: probe.standardError, C: probe.C }
          : null,
    },
    statistics: channelStatistics(features),
  };
}

async function curveOf(
  run: ModelRun,
  cut: OpenCut,
  features: LabelledFeatureMatrix,
): Promise<LearningCurve | null> {
  const { numClasses, seed, threads, memoryBytes, signal, budget } = run.input;
  const all = run.probes.get(cut.layer);
  if (all === undefined || curveSeconds(run.probes, cut, features.rows) > budget.remaining()) return null;
  const curve = await learningCurve(features, {
    all,
    path: probePath(all.C),
    numClasses,
    seed,
    threads,
    memoryBytes: memoryBytes - process.memoryUsage.rss(),
    signal,
  });
  return curve && { layer: cut.layer, ...curve };
}

/** Probes with a quarter and half of the pictures. */
function curveSeconds(probes: ModelRun['probes'], cut: OpenCut | undefined, rows: number): number {
  if (cut === undefined) return 0;
  return probes.seconds(cut, Math.ceil(rows / 4)) + probes.seconds(cut, Math.ceil(rows / 2));
}
