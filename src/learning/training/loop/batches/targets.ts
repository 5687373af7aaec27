/** What the targets of a batch are made by. */
export interface TargetOptions {
  numClasses: number;
  /** Share of the target spread evenly over all classes, in [0, 1). */
  labelSmoothing: number;
  /** float32 [numClasses]: how much a picture of the class counts. Left out: all the same. */
  classWeights?: Float32Array;
}

/**
 * The distributions that a network should give for a batch, each times its picture's weight.
 *
 * @param rows rows of the result; those after the last label are zero, which is padding
 * @returns float32 [rows, numClasses]
 * @see Szegedy et al., "Rethinking the Inception architecture for computer vision", CVPR 2016, section 7 (smoothing)
 */
export function buildTargets(labels: Int32Array, rows: number, options: TargetOptions): Float32Array {
  const { numClasses, labelSmoothing, classWeights } = options;
  const targets = new Float32Array(rows * numClasses);
  labels.forEach((label, row) => {
    const weight = classWeights?.[label] ?? 1;
    const spread = (weight * labelSmoothing) / numClasses;
    targets.fill(spread, row * numClasses, (row + 1) * numClasses);
    targets[row * numClasses + label] = weight * (1 - labelSmoothing) + spread;
  });
  return targets;
}

/**
 * Weights in inverse proportion to how many pictures a class has, so that every class counts as much as any other and
 * a picture counts for 1 in the mean. A class without pictures has weight 0.
 *
 * @returns float32 [numClasses]
 * @see King & Zeng, "Logistic regression in rare events data", Political Analysis 9, 2001
 */
export function balancedClassWeights(labels: Int32Array, numClasses: number): Float32Array {
  const sizes = new Float64Array(numClasses);
  for (const label of labels) sizes[label] = (sizes[label] ?? 0) + 1;
  const present = sizes.reduce((count, size) => count + (size > 0 ? 1 : 0), 0);
  return Float32Array.from(sizes, (size) => (size > 0 ? labels.length / (present * size) : 0));
}
