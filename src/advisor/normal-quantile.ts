/** So many standard deviations either side of the mean hold 80 % of a normal distribution. */
export const deviationsOf80Percent = 1.2815515655446004;

/**
 * The value below which a standard normal variable lies with a probability, to 1e-8: bisection on the distribution function.
 *
 * @param probability between 0 and 1; the ends give ∓ 9
 */
export function normalQuantile(probability: number): number {
  let [low, high] = [-9, 9];
  for (let round = 0; round < 60; round++) {
    const middle = (low + high) / 2;
    if (normalDistribution(middle) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * @see Marsaglia, "Evaluating the Normal Distribution", 2004: the Taylor series of the integral, all terms of one sign
 */
function normalDistribution(x: number): number {
  let [sum, term] = [x, x];
  for (let k = 3; Math.abs(term) > 1e-17 * Math.abs(sum); k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return 0.5 + sum * Math.exp(-0.5 * x * x - 0.5 * Math.log(2 * Math.PI));
}
