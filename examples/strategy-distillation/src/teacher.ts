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

/** Logits of the training pictures, each by a classifier that was fitted on the other folds. */
async function scoreHeldOut(
  { classes, seed, threads, memoryBytes, signal, progress }: FitContext<DistillationParameters>,
  probe: LinearProbe,
  train: LabelledFeatures,
): Promise<Float32Array> {
  const numClasses = classes.length;
  // The only picture of a class is in every fold's training part, and has to do with the classifier of all.
  const logits = scoreLinear(probe, train);
  const dealt = dealStratifiedFolds(train.labels, numClasses, folds, seed);
  if (dealt === undefined) return logits;
  const { foldCount, foldOfRow } = dealt;
  const rows = [...train.labels.keys()];
  for (let fold = 0; fold < foldCount; fold++) {
    progress('asking the teacher', fold, foldCount);
    const heldOut = rows.filter((row) => foldOfRow[row] === fold);
    const others = selectRows(
      train,
      rows.filter((row) => foldOfRow[row] !== fold),
    );
    const classifier = await fitLinearClassifier(
      { features: others.data, labels: others.labels, featureDim: train.featureDim, numClasses },
      {
        classifier: 'softmax',
        C: probe.C,
        folds,
        maxIterations: 100,
        seed,
        threads,
        memoryBytes: memoryBytes - process.memoryUsage.rss(),
        signal,
      },
    );
    const scores = scoreLinear(classifier, selectRows(train, heldOut));
    heldOut.forEach((row, at) =>
      logits.set(scores.subarray(at * numClasses, (at + 1) * numClasses), row * numClasses),
    );
  }
  return logits;
}

function selectRows(
  { featureDim, data, labels }: LabelledFeatures,
  rows: readonly number[],
): LabelledFeatures {
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
