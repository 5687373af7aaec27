import type {
  AdviceMeasurements,
  CutMeasurements,
  ModelMeasurements,
} from '../../../src/advisor/measurements.js';
import type { AccuracyKnowledge, Knowledge } from '../../../src/advisor/recommend/knowledge.js';
import type { AdvisableStrategy, RecommendInput } from '../../../src/advisor/recommend/recommend-input.js';
import { makeData, makeManifest } from '../../plugins/manifests.js';

export interface ProbeAt {
  layer?: string;
  accuracy: number;
  standardError?: number;
  pictures?: number;
  isCandidate?: boolean;
}

export function makeCut({
  layer = 'block2_out',
  accuracy,
  standardError = 0.01,
  pictures = 1000,
  isCandidate = true,
}: ProbeAt): CutMeasurements {
  return {
    layer,
    depth: 0.5,
    featureDim: 16,
    featureKey: `key of ${layer}`,
    isCandidate,
    pictures,
    scores: { nearestNeighbours: null, hScore: null, logMe: null, probe: { accuracy, standardError, C: 1 } },
    statistics: null,
  };
}

/** A model that was measured, with probes at two cuts. */
export function makeModel(changes: Partial<ModelMeasurements> = {}): ModelMeasurements {
  return {
    versionId: 'first',
    state: 'MEASURED',
    reason: null,
    pictures: 1000,
    picturesPerSecond: 100,
    seconds: 10,
    cuts: [makeCut({ layer: 'block1_add', accuracy: 0.6 }), makeCut({ accuracy: 0.7 })],
    learningCurve: null,
    similarity: null,
    ...changes,
  };
}

/** Classes of equal size, all pictures of which were measured. */
export function makeMeasurements(
  models: ModelMeasurements[] = [makeModel()],
  { classes = 10, perClass = 100 } = {},
): AdviceMeasurements {
  return {
    dataset: {
      classes,
      train: classes * perClass,
      validation: classes * 10,
      perClass: { smallest: perClass, median: perClass, largest: perClass },
      imbalance: 1,
      majorityShare: classes === 0 ? 0 : 1 / classes,
    },
    models,
    rungs: [],
    budgetSeconds: 60,
    spentSeconds: 10,
    threads: 2,
  };
}

export const builtIns: AdvisableStrategy[] = [
  'feature-extraction-svm',
  'partial-fine-tuning',
  'full-retraining',
].map((name) => ({ name, version: null, estimates: false }));

/** Linear classifiers are expected at their probe, trainings so many log-odds above it. */
export function makeKnowledge(gains: Record<string, number> = { 'partial-fine-tuning': 0.4 }): Knowledge {
  const families = [...builtIns.map(({ name }) => name), 'feature-extraction-svm:softmax'];
  return {
    source: 'made up for tests',
    accuracy: Object.fromEntries(
      families.map((family) => [family, accuracyKnowledge({ gain: gains[family] ?? 0 })]),
    ),
    networks: { spread: 0.3, studied: {} },
    scenario: { picturesPerClass: 50, gainPerDoubling: 0.03, lateGap: 0.1, batchNormShift: 1 },
    cost: {
      threads: 2,
      startSeconds: { linear: 2, training: 10 },
      solveSeconds: { svm: 5e-8, softmax: 1e-7 },
      stepCost: { tail: { frozen: 2, training: 3 }, whole: { frozen: 3, training: 5 } },
      updateSeconds: 1e-8,
      processBytes: 1e8,
      seconds: {},
    },
  };
}

export function accuracyKnowledge(changes: Partial<AccuracyKnowledge> = {}): AccuracyKnowledge {
  return {
    runs: 12,
    datasets: 4,
    domains: 3,
    meanGain: 0.05,
    gain: 0,
    coefficients: {},
    spread: 0.2,
    spreadOfUnknown: changes.spread ?? 0.2,
    low: -1.3,
    high: 1.3,
    ...changes,
  };
}

/** What is asked about the measured models with everything that comes with the zoo. */
export function makeInput(changes: Partial<RecommendInput> = {}): RecommendInput {
  const measurements = changes.measurements ?? makeMeasurements();
  const { classes, perClass } = measurements.dataset;
  return {
    measurements,
    models: measurements.models.map(({ versionId }) => ({
      versionId,
      name: `zoo/${versionId}@1`,
      manifest: makeManifest(),
    })),
    data: makeData(Array<number>(classes).fill(perClass.median), 200, classes * 10),
    strategies: builtIns,
    estimates: [],
    knowledge: makeKnowledge(),
    corrections: {},
    machine: { threads: 2 },
    ...changes,
  };
}
