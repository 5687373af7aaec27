/** Pictures of the first rung: with fewer, the noise of the probes hides all but the largest differences. */
const fewestPictures = 128;

/** The last rung but one is left out where all pictures are fewer than this times as many. */
const leastGrowth = 1.5;

/**
 * How many pictures each rung of a successive halving has: twice as many as the one before, up to all. The first has two of
 * every class, so that one of them can be held out.
 *
 * @see Jamieson & Talwalkar, "Non-stochastic Best Arm Identification and Hyperparameter Optimization", 2016
 */
export function rungSizes(pictures: number, classes: number): number[] {
  const sizes: number[] = [];
  for (let size = Math.max(fewestPictures, 2 * classes); size * leastGrowth <= pictures; size *= 2) {
    sizes.push(size);
  }
  return [...sizes, pictures];
}
