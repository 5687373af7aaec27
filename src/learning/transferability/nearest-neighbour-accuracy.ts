import { allocateMatrix, firstRows, MatrixProducts, rowsOf, type Matrix } from '../linear/matrix-products.js';
import { presentClasses, type LabelledFeatureMatrix, type ScoreOptions } from './labelled-feature-matrix.js';

/** How nearest neighbours are asked. */
export interface NearestNeighbourOptions extends ScoreOptions {
  /** Neighbours that vote; all others where there are fewer. */
  k: number;
}

/** Bytes of similarities that are there at one time. */
const blockBytes = 8 * 1024 ** 2;

/** Cosines closer than this are equal: rounding of float32 products decides about no neighbour. */
const tieTolerance = 1e-6;

/**
 * Leave-one-out accuracy of the nearest neighbours: the fraction of pictures whose class most of the k nearest other
 * pictures have. Near is a large cosine of the features. Nothing is fitted, so it is a quick answer to whether pictures of
 * a class lie together, in [0, 1]; compare it with the share of the largest class.
 *
 * Neighbours as far away as the k-th share its vote; of classes with equally many votes the nearer one wins, and if that
 * does not decide either, each is right in part: the order of the rows does not matter. A class of one picture has no other
 * to be found by, its picture votes but is not asked.
 *
 * It cannot tell what a classifier that is trained would make of the features: directions that say nothing about the
 * classes count as much as those that do. Copies of a picture in the data make it too good.
 *
 * Cost: 2 · rows² · featureDim operations in float32 and a copy of the features; 5,000 × 1,280 take about a second on two
 * cores.
 *
 * @returns null where it cannot be said: fewer than two classes, or none with two pictures
 * @throws ZooError FEATURES_NOT_FINITE
 * @see Cover & Hart, "Nearest neighbor pattern classification", 1967
 * @see Renggli et al., "Which Model to Transfer? Finding the Needle in the Growing Haystack", 2022, which ranks models by it
 */
export async function nearestNeighbourAccuracy(
  features: LabelledFeatureMatrix,
  { k, threads, signal }: NearestNeighbourOptions,
): Promise<number | null> {
  if (!Number.isInteger(k) || k < 1) throw new RangeError(`${k} neighbours cannot vote`);
  const classes = presentClasses(features);
  if (classes === undefined) return null;
  const { rows } = features;
  const { labels, sizes } = classes;
  const unit = normalizeRows(features);
  const ballot = new Ballot(labels, sizes.length, Math.min(k, rows - 1));
  const blockRows = Math.min(rows, Math.max(1, Math.floor(blockBytes / (4 * rows))));
  const similarities = allocateMatrix(blockRows, rows);
  const products = new MatrixProducts(threads);
  let right = 0;
  let asked = 0;
  try {
    for (let first = 0; first < rows; first += blockRows) {
      signal?.throwIfAborted();
      const block = rowsOf(unit, first, Math.min(blockRows, rows - first));
      const cosines = firstRows(similarities, block.rows);
      await products.multiply('right-transposed', block, unit, cosines);
      for (let at = 0; at < block.rows; at++) {
        if ((sizes[labels[first + at] as number] as number) < 2) continue;
        asked++;
        right += ballot.creditOf(first + at, rowsOf(cosines, at, 1).data);
      }
    }
  } finally {
    await products.release();
  }
  return right / asked;
}

/** Rows of length 1, float32 [rows, featureDim]; a row of zeros stays one and is near to nothing. */
function normalizeRows({ rows, featureDim, data }: LabelledFeatureMatrix): Matrix {
  const unit = allocateMatrix(rows, featureDim);
  for (let row = 0; row < rows; row++) {
    const from = row * featureDim;
    let square = 0;
    for (let j = 0; j < featureDim; j++) square += (data[from + j] as number) ** 2;
    const scale = square === 0 ? 0 : 1 / Math.sqrt(square);
    for (let j = 0; j < featureDim; j++) unit.data[from + j] = (data[from + j] as number) * scale;
  }
  return unit;
}

/** Counts the votes of the neighbours of one row after the other. */
class Ballot {
  /** The largest cosines so far, largest first. */
  readonly #nearest: Float64Array;
  readonly #votes: Float64Array;
  /** Sum of the cosines of those that voted for a class. */
  readonly #closeness: Float64Array;

  constructor(
    private readonly labels: Int32Array,
    numClasses: number,
    private readonly k: number,
  ) {
    this.#nearest = new Float64Array(k);
    this.#votes = new Float64Array(numClasses);
    this.#closeness = new Float64Array(numClasses);
  }

  /** 1 where the row's class wins, 0 where it does not, a part of 1 where several win. */
  creditOf(row: number, cosines: Float32Array): number {
    this.#vote(row, cosines);
    const own = this.labels[row] as number;
    let winners = 1;
    for (let label = 0; label < this.#votes.length; label++) {
      if (label === own) continue;
      const order = this.#compare(label, own);
      if (order > 0) return 0;
      if (order === 0) winners++;
    }
    return 1 / winners;
  }

  #vote(row: number, cosines: Float32Array): void {
    const farthest = this.#farthestNeighbour(row, cosines);
    const isNearer = (cosine: number) => cosine > farthest + tieTolerance;
    const isAsFar = (cosine: number) => Math.abs(cosine - farthest) <= tieTolerance;
    let nearer = 0;
    let asFar = 0;
    for (let other = 0; other < cosines.length; other++) {
      if (other === row) continue;
      if (isNearer(cosines[other] as number)) nearer++;
      else if (isAsFar(cosines[other] as number)) asFar++;
    }
    const share = (this.k - nearer) / asFar;
    this.#votes.fill(0);
    this.#closeness.fill(0);
    for (let other = 0; other < cosines.length; other++) {
      const cosine = cosines[other] as number;
      const weight = isNearer(cosine) ? 1 : isAsFar(cosine) ? share : 0;
      if (weight === 0 || other === row) continue;
      const label = this.labels[other] as number;
      this.#votes[label] = (this.#votes[label] as number) + weight;
      this.#closeness[label] = (this.#closeness[label] as number) + weight * cosine;
    }
  }

  /** Cosine of the k-th nearest other row. */
  #farthestNeighbour(row: number, cosines: Float32Array): number {
    const nearest = this.#nearest.fill(-Infinity);
    const last = this.k - 1;
    for (let other = 0; other < cosines.length; other++) {
      const cosine = cosines[other] as number;
      if (cosine <= (nearest[last] as number) || other === row) continue;
      let at = last;
      while (at > 0 && (nearest[at - 1] as number) < cosine) {
        nearest[at] = nearest[at - 1] as number;
        at--;
      }
      nearest[at] = cosine;
    }
    return nearest[last] as number;
  }

  /** Whether one class beats another: 1, 0 or −1. */
  #compare(one: number, other: number): number {
    const votes = (this.#votes[one] as number) - (this.#votes[other] as number);
    if (Math.abs(votes) > 1e-9) return Math.sign(votes);
    const closeness = (this.#closeness[one] as number) - (this.#closeness[other] as number);
    return Math.abs(closeness) > this.k * tieTolerance ? Math.sign(closeness) : 0;
  }
}
