import { stratifiedSubset } from '../../learning/transferability/stratified-subset.js';
import { partOfPictures, type SplitPictures } from '../../plugins/run/split-pictures.js';

/** Pictures in an order of which every beginning is a smaller data set, with nearly the same share of every class. */
export interface NestedPictures {
  count: number;
  /** The first so many of them. */
  first(count: number): SplitPictures;
}

/** Puts the pictures of a split in such an order. */
export function nestedPictures(pictures: SplitPictures, seed: number): NestedPictures {
  const order = stratifiedSubset(pictures.labels, pictures.labels.length, seed);
  return { count: order.length, first: (count) => partOfPictures(pictures, order.slice(0, count)) };
}
