import type { LinearHead } from 'modelzoo/learning';
import type { LabelledFeatures } from 'modelzoo/plugin';

/**
 * The nearest of the class means by squared Euclidean distance, as the linear classifier that it is: of
 * −|x − μ|² = 2μ·x − |μ|² − |x|² the last term is the same for all classes.
 *
 * @see Snell, Swersky and Zemel, "Prototypical Networks for Few-shot Learning", 2017, section 2.4, equations 5 and 6
 */
export function euclideanPrototypes(train: LabelledFeatures, numClasses: number): LinearHead {
  const means = classMeans(train, numClasses);
  return {
    weights: transposed(means, train.featureDim).map((value) => 2 * value),
    bias: Float32Array.from(means, (mean) => -dot(mean, mean)),
  };
}

/**
 * The nearest by angle, seen from the mean of all classes: features behind a ReLU are never negative, and without
 * this all angles would be small. The length of a picture's own vector is the same for all classes, so what is left is linear in it:
 * logits (x − m)·p, with p the prototype at length 1.
 *
 * @see Wang, Chao, Weinberger and van der Maaten, "SimpleShot: Revisiting Nearest-Neighbor Classification for Few-Shot
 *   Learning", 2019, section 3: centring and normalising (CL2N)
 */
export function cosinePrototypes(train: LabelledFeatures, numClasses: number): LinearHead {
  const centre = meanOf(classMeans(train, numClasses));
  const { directions } = directionsFrom(centre, train);
  const prototypes = classMeans(directions, numClasses).map(atLengthOne);
  return {
    weights: transposed(prototypes, train.featureDim),
    bias: Float32Array.from(prototypes, (prototype) => -dot(centre, prototype)),
  };
}

/**
 * Pictures as the directions in which they lie, seen from the mean of all classes, at length 1; and how far off they are.
 */
export function centredDirections(
  train: LabelledFeatures,
  numClasses: number,
): { directions: LabelledFeatures; lengths: Float64Array } {
  return directionsFrom(meanOf(classMeans(train, numClasses)), train);
}

/** One vector for each class; float64, since thousands of pictures are added up. */
export function classMeans(
  { rows, featureDim, data, labels }: LabelledFeatures,
  numClasses: number,
): Float64Array[] {
  const means = Array.from({ length: numClasses }, () => new Float64Array(featureDim));
  const counts = new Float64Array(numClasses);
  for (let row = 0; row < rows; row++) {
    const label = at(labels, row);
    const sum = means[label];
    if (sum === undefined) throw new RangeError(`label ${label} of ${numClasses} classes`);
    counts[label] = at(counts, label) + 1;
    for (let feature = 0; feature < featureDim; feature++) {
      sum[feature] = at(sum, feature) + at(data, row * featureDim + feature);
    }
  }
  return means.map((sum, label) => sum.map((value) => value / Math.max(1, at(counts, label))));
}

function directionsFrom(
  centre: Float64Array,
  train: LabelledFeatures,
): { directions: LabelledFeatures; lengths: Float64Array } {
  const { rows, featureDim, data } = train;
  const directions = new Float32Array(data.length);
  const lengths = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const from = row * featureDim;
    const centred = centre.map((value, feature) => at(data, from + feature) - value);
    lengths[row] = Math.sqrt(dot(centred, centred));
    directions.set(atLengthOne(centred), from);
  }
  return { directions: { ...train, data: directions }, lengths };
}

function meanOf(vectors: readonly Float64Array[]): Float64Array {
  const mean = new Float64Array(vectors[0]?.length ?? 0);
  return mean.map((_, index) => vectors.reduce((sum, vector) => sum + at(vector, index), 0) / vectors.length);
}

/** A vector of nothing but zeros has no direction and stays as it is. */
function atLengthOne(vector: Float64Array): Float64Array {
  const length = Math.sqrt(dot(vector, vector));
  return length === 0 ? vector : vector.map((value) => value / length);
}

function transposed(vectors: readonly Float64Array[], featureDim: number): Float32Array {
  const weights = new Float32Array(featureDim * vectors.length);
  vectors.forEach((vector, label) => {
    vector.forEach((value, feature) => (weights[feature * vectors.length + label] = value));
  });
  return weights;
}

export const dot = (a: Float64Array, b: Float64Array): number =>
  a.reduce((sum, value, index) => sum + value * at(b, index), 0);

/** Typed arrays hold a number wherever the loops above look. */
export const at = (values: Float32Array | Float64Array | Int32Array, index: number): number =>
  values[index] as number;
