import {
  bestProbe,
  dealStratifiedFolds,
  fitLinearClassifier,
  fitTemperature,
  probeCuts,
  scoreLinear,
} from 'modelzoo/learning';
import type { FitContext, LabelledFeatures, LinearProbe } from 'modelzoo/plugin';
import type { DistillationParameters } from './index.js';
import { accuracyOf } from './score-pictures.js';

/** What the large network knows of the pictures, as far as a student needs it. */
export interface Teacher {
  /** The layer that it reads best from. */
  layer: string;
  /** Of the training pictures: float32 [pictures, classes], row-major. Their softmax is as sure as it is right. */
  logits: Float32Array;
  /** Share of the validation pictures that it names right; null where there are none. */
  accuracy: number | null;
}

const folds = 5;

/**
 * The frozen base network under a linear classifier. What it says of a training picture comes from a classifier that was
 * fitted without that picture: one that was fitted with it knows its label by heart, and says nothing beyond it.
 *
 * @see Dao, Kamath, Syrgkanis and Mackey, "Knowledge Distillation as Semiparametric Inference", 2021: cross-fitting
 */
export async function prepareTeacher(context: FitContext<DistillationParameters>): Promise<Teacher> {
  const { base, parameters, imageCounts, probes, features, log } = context;
  const probe = bestProbe(await probes(probeCuts(base, parameters.inputSize)));
  const train = await features('train', probe.cut);
  const logits = await scoreHeldOut(context, probe, train);
  const { temperature } = fitTemperature(logits, train.labels);
  const judge = imageCounts.validation > 0 ? await features('validation', probe.cut) : undefined;
  const accuracy = judge === undefined ? null : accuracyOf(scoreLinear(probe, judge), judge.labels);
  log(`The teacher reads ${probe.cut.layer}, whose features serve best on the frozen network.`);
  return { layer: probe.cut.layer, logits: logits.map((value) => value / temperature), accuracy };
}

async function scoreHeldOut(
  { classes, seed, threads, signal, progress }: FitContext<DistillationParameters>,
  probe: LinearProbe,
  train: LabelledFeatures,
): Promise<Float32Array> {
  const numClasses = classes.length;
  // Where no class has two pictures, and for a picture that is its class's only one, there is but the whole to fit on.
  const logits = scoreLinear(probe, train);
  const dealt = dealStratifiedFolds(train.labels, numClasses, folds, seed);
  for (let fold = 0; fold < (dealt?.foldCount ?? 0); fold++) {
    progress('asking the teacher', fold, folds);
    const rows = [...train.labels.keys()];
    const fitted = select(
      train,
      rows.filter((row) => dealt?.foldOfRow[row] !== fold),
    );
    const heldOutRows = rows.filter((row) => dealt?.foldOfRow[row] === fold);
    const classifier = await fitLinearClassifier(
      { features: fitted.data, labels: fitted.labels, featureDim: train.featureDim, numClasses },
      { classifier: 'softmax', C: probe.C, folds, maxIterations: 100, seed, threads, signal },
    );
    const scores = scoreLinear(classifier, select(train, heldOutRows));
    heldOutRows.forEach((row, at) =>
      logits.set(scores.subarray(at * numClasses, (at + 1) * numClasses), row * numClasses),
    );
  }
  return logits;
}

function select({ featureDim, data, labels }: LabelledFeatures, rows: readonly number[]): LabelledFeatures {
  const selected = new Float32Array(rows.length * featureDim);
  rows.forEach((row, at) =>
    selected.set(data.subarray(row * featureDim, (row + 1) * featureDim), at * featureDim),
  );
  return {
    rows: rows.length,
    featureDim,
    data: selected,
    labels: Int32Array.from(rows, (row) => labels[row] ?? 0),
  };
}
