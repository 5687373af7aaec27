import { ZooError } from '../../errors.js';
import type { Baseline, Evaluation, Latency } from '../evaluation.js';
import { bootstrapInterval } from './bootstrap-interval.js';
import { expectedCalibrationError } from './calibration-error.js';
import { compareClassifiers } from './compare-classifiers.js';
import { countConfusion, describeClasses, meanOfKnown } from './confusion-matrix.js';
import { rankRow } from './rank-classes.js';
import { rightlyNamed } from './rightly-named.js';

export interface ScoredPictures {
  split: Evaluation['split'];
  classes: string[];
  /** float32 [pictures, classes], row-major: the higher, the likelier. */
  scores: Float32Array;
  /** int32 [pictures], positions in `classes`. */
  labels: Int32Array;
  /** Per picture: 1 when it nearly equals a picture of an earlier split and must not count. */
  isNearDuplicate: Uint8Array;
  /** Whether the scores are probabilities (rows sum to 1), as a softmax gives; margins are not. */
  areProbabilities: boolean;
  /** Decides the resamples of the interval. */
  seed: number;
  /** Another classifier's scores of the same pictures, to compare with. */
  baseline?: { name: string; layer: string; scores: Float32Array };
  latency?: Latency;
}

/**
 * Measures a classifier on pictures that it was not fitted on. Pictures that nearly equal one it may have been fitted on
 * are left out of every number: knowing them by heart is not skill.
 *
 * @throws ZooError EVALUATION_IMPOSSIBLE when no picture is left, or a score is NaN or infinite
 */
export function evaluate(pictures: ScoredPictures): Evaluation {
  const { split, classes, scores, labels, isNearDuplicate, areProbabilities, seed } = pictures;
  const numClasses = classes.length;
  const counted = [...labels.keys()].filter((picture) => isNearDuplicate[picture] !== 1);
  requireScores(pictures, counted.length);

  const actual = Int32Array.from(counted, (picture) => labels[picture] as number);
  const predicted = new Int32Array(counted.length);
  const isRight = new Uint8Array(counted.length);
  const confidences = new Float64Array(counted.length);
  let inTopFive = 0;
  counted.forEach((picture, at) => {
    const row = scores.subarray(picture * numClasses, (picture + 1) * numClasses);
    const ranked = rankRow(row, actual[at] as number);
    predicted[at] = ranked.predicted;
    isRight[at] = ranked.rankOfLabel === 0 ? 1 : 0;
    confidences[at] = row[ranked.predicted] as number;
    if (ranked.rankOfLabel < 5) inTopFive++;
  });

  const confusion = countConfusion(actual, predicted, numClasses);
  const perClass = describeClasses(confusion, classes);
  return {
    split,
    imageCount: counted.length,
    excludedNearDuplicates: labels.length - counted.length,
    accuracy: isRight.reduce((sum, right) => sum + right, 0) / counted.length,
    accuracyInterval: bootstrapInterval(isRight, seed),
    top5Accuracy: numClasses > 5 ? inTopFive / counted.length : null,
    balancedAccuracy: meanOfKnown(perClass.map(({ recall }) => recall)),
    macroF1: meanOfKnown(perClass.map(({ f1 }) => f1)),
    classes,
    perClass,
    confusion,
    calibrationError: areProbabilities ? expectedCalibrationError(confidences, isRight) : null,
    baseline: compareWithBaseline(pictures, counted, isRight),
    latency: pictures.latency ?? null,
  };
}

function compareWithBaseline(
  { classes, baseline, labels, seed, ...pictures }: ScoredPictures,
  counted: number[],
  isRight: Uint8Array,
): Baseline | null {
  if (baseline === undefined) return null;
  const { name, layer, scores } = baseline;
  requireScores({ ...pictures, classes, labels, seed, scores }, counted.length);
  const baselineIsRight = rightlyNamed({
    scores,
    labels,
    isNearDuplicate: pictures.isNearDuplicate,
    numClasses: classes.length,
  });
  return { name, layer, ...compareClassifiers(isRight, baselineIsRight, seed) };
}

function requireScores({ classes, scores, labels, split }: ScoredPictures, countedPictures: number): void {
  if (scores.length !== labels.length * classes.length) {
    throw new RangeError(
      `${labels.length} pictures × ${classes.length} classes do not make ${scores.length} scores`,
    );
  }
  if (countedPictures === 0) {
    throw new ZooError(
      'EVALUATION_IMPOSSIBLE',
      labels.length === 0
        ? `The ${split} split has no pictures, so nothing can be measured. Publish a data set version that has some.`
        : `All ${labels.length} pictures of the ${split} split nearly equal pictures of earlier splits, so nothing can be measured. Publish a data set version whose splits differ.`,
    );
  }
  const at = scores.findIndex((score) => !Number.isFinite(score));
  if (at >= 0) {
    throw new ZooError(
      'EVALUATION_IMPOSSIBLE',
      `The model gives ${scores[at]} for class "${classes[at % classes.length]}" of picture ${Math.floor(at / classes.length)} of the ${split} split; scores must be finite.`,
    );
  }
}
