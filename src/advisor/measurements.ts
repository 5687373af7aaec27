import { z } from 'zod';

/**
 * What an advice is based on: numbers measured on a data set's training pictures with the models in question, none of
 * them trained. They are kept with the advice as they are, so that a promise can be traced to what it rested on.
 */

const accuracy = z.number().min(0).max(1);
const count = z.int().min(0);

/** Accuracy on held-out training pictures, by cross-validation. */
const held = z.strictObject({ accuracy, standardError: z.number().min(0) });

const datasetSize = z.strictObject({
  classes: count,
  train: count,
  validation: count,
  perClass: z.strictObject({ smallest: count, median: z.number().min(0), largest: count }),
  /** Pictures of the largest class over those of the smallest that has any. */
  imbalance: z.number().min(1),
  /** Accuracy of naming the largest class every time. */
  majorityShare: accuracy,
});

/** Scores of one feature matrix; null where it could not be computed, a class of one picture for example. */
const transferabilityScores = z.strictObject({
  /** Leave-one-out accuracy of the nearest neighbours. */
  nearestNeighbours: accuracy.nullable(),
  /** Shrinkage H-score, larger is better. */
  hScore: z.number().nullable(),
  /** Log maximum evidence per picture, larger is better. */
  logMe: z.number().nullable(),
  /** Linear probe: softmax regression, C by cross-validation. */
  probe: held.extend({ C: z.number().positive() }).nullable(),
});

const cutMeasurements = z.strictObject({
  /** Name of the layer after which the network is cut; its output is averaged over height and width. */
  layer: z.string(),
  /** Share of the network's parameters up to and including the layer, 0 to 1. */
  depth: z.number().min(0).max(1),
  featureDim: z.int().min(1),
  /** Digest of everything that its features depend on, except the pictures. */
  featureKey: z.string(),
  /** Whether strategies compare this cut when none is named. */
  isCandidate: z.boolean(),
  /** Training pictures that the scores were taken on. */
  pictures: count,
  scores: transferabilityScores,
  /** Per channel, over those pictures: what a Fréchet distance is made of. Null in a kept advice: they lie with the profile. */
  statistics: z.strictObject({ mean: z.array(z.number()), variance: z.array(z.number().min(0)) }).nullable(),
});

/** How the probe gains from more pictures: is the data set large for what there is to learn? */
const learningCurve = z.strictObject({
  layer: z.string(),
  /** The same cut with growing parts of the training pictures, smallest first. */
  points: z.array(held.extend({ pictures: count })).min(2),
  /** Accuracy gained by the last doubling of the pictures. */
  gainPerDoubling: z.number(),
});

/** How much the data resemble what the network was trained on. */
const similarity = z.strictObject({
  /** The cut whose probe is best. */
  peakLayer: z.string(),
  peakDepth: z.number().min(0).max(1),
  /** Probe accuracy at its peak minus that at the deepest cut: how much the late layers have lost. */
  lateGap: z.number().min(0),
  /** Root mean square, over channels, of the shift of their mean in the stored standard deviations, by layer; input to output. */
  batchNormShifts: z.array(
    z.strictObject({ layer: z.string(), depth: z.number(), shift: z.number().min(0) }),
  ),
  /** Mean of those; null where the network has no batch normalisation. */
  batchNormShift: z.number().min(0).nullable(),
  /** Fréchet distance (diagonal) to pictures that the network was trained on, where the zoo knows them. */
  frechet: z
    .strictObject({ layer: z.string(), datasetVersionId: z.string(), distance: z.number().min(0) })
    .nullable(),
});

/** What a model's probes are worth on other data sets, beside those of the models that it is compared with. */
const elsewhere = z.strictObject({
  /** In log-odds of the accuracy; above 0: better than the others. */
  difference: z.number(),
  /** Data sets that it rests on. */
  datasets: count,
});

const modelMeasurements = z.strictObject({
  versionId: z.string(),
  /**
   * MEASURED: on all pictures that the budget allowed. DROPPED: others did better on the part that both saw.
   * NOT_REACHED: no budget was left. UNUSABLE: it cannot take these pictures.
   */
  state: z.enum(['MEASURED', 'DROPPED', 'NOT_REACHED', 'UNUSABLE']),
  /** Why it was not measured to the end, in words; null where it was. */
  reason: z.string().nullable(),
  /** Training pictures that it was measured on last. */
  pictures: count,
  /** Of its size, through its deepest cut, once warm, decoding included, on this machine; null before anything was measured. */
  picturesPerSecond: z.number().positive().nullable(),
  /** Wall seconds spent on it. */
  seconds: z.number().min(0),
  /** Input to output. */
  cuts: z.array(cutMeasurements),
  learningCurve: learningCurve.nullable(),
  similarity: similarity.nullable(),
  /** Left out where nothing is known: it was measured on no other data set together with another of the models. */
  elsewhere: elsewhere.optional(),
});

/** What a transfer profile's job measures: one model on one data set. */
export const modelProfile = modelMeasurements;

export const adviceMeasurements = z.strictObject({
  dataset: datasetSize,
  /** In the order in which they were asked about. */
  models: z.array(modelMeasurements),
  /** Training pictures of each rung of the halving, and how many models stood on it. */
  rungs: z.array(z.strictObject({ pictures: count, models: count })),
  budgetSeconds: z.number().positive(),
  spentSeconds: z.number().min(0),
  threads: z.int().min(1),
});

export type AdviceMeasurements = z.output<typeof adviceMeasurements>;
export type DatasetSize = z.output<typeof datasetSize>;
export type ModelMeasurements = z.output<typeof modelMeasurements>;
export type CutMeasurements = z.output<typeof cutMeasurements>;
export type TransferabilityScores = z.output<typeof transferabilityScores>;
export type LearningCurve = z.output<typeof learningCurve>;
export type Similarity = z.output<typeof similarity>;
export type Elsewhere = z.output<typeof elsewhere>;
