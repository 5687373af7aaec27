/** A linear probe to solve, by what it costs. */
export interface ProbeSize {
  rows: number;
  featureDim: number;
  numClasses: number;
  /** Values of C that are likely to be solved. */
  values: number;
}

/** Multiplications per value of C and entry of the feature matrix: some Newton steps of some conjugate-gradient steps each. */
const productsPerValue = 45;

/** A product with few columns waits for memory: it costs as much as one with so many. */
const columnsForFree = 150;

/** Folds of a cross-validation. */
const folds = 5;

/** Multiplications per second before anything was timed; two cores of a usual server do twice as many. */
const firstGuess = 2e10;

/** What a probe costs besides its arithmetic. */
const secondsBesides = 0.05;

/** A problem of fewer multiplications says nothing about speed. */
const leastWork = 1e9;

/** How long probes take on this machine, learnt from those that were solved. */
export class ProbeSpeed {
  #secondsPerProduct = 1 / firstGuess;

  seconds(size: ProbeSize): number {
    return secondsBesides + workOf(size) * this.#secondsPerProduct;
  }

  /** Takes in what one took. The machine may be busier now than before, so the newest counts half. */
  learn(size: ProbeSize, seconds: number): void {
    const work = workOf(size);
    if (work < leastWork) return;
    this.#secondsPerProduct = (this.#secondsPerProduct + seconds / work) / 2;
  }
}

/** Multiplications, roughly: the products with the features, their Gram matrix and its factor. */
function workOf({ rows, featureDim, numClasses, values }: ProbeSize): number {
  const width = Math.min(rows, featureDim + 1);
  const columns = numClasses * folds + columnsForFree;
  return values * productsPerValue * rows * width * columns + rows * featureDim * width + 4 * width ** 3;
}
