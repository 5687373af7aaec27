/** Training pictures of a transfer profile at most: it compares depths, for which these are enough, and there are many to make. */
export const mostProfilePictures = 1_000;

/**
 * Pictures from which on a point of a profile stands; where the data set has fewer, all of them. What an advice dropped after
 * its first rung is measured again: beside points on many pictures, one on few looks worse than its layer is.
 */
export const enoughProfilePictures = mostProfilePictures / 2;
