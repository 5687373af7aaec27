import { dealStratifiedFolds } from '../../../linear/stratified-folds.js';
import type { TrainingData } from '../../data/training-data.js';
import { subsetOf } from './data-subset.js';
import { deriveSeed, stream } from '../../derive-seed.js';

/** One part in so many is held out. */
const parts = 10;
/** With fewer pictures the validation loss is mostly chance, and stopping by it does more harm than good. */
const fewestHeldOut = 20;

/**
 * Sets a tenth of the training pictures aside to validate on, about the same share of every class. Undefined where that
 * would make fewer than twenty, or no class has ten. Every class keeps a picture to train on.
 */
export function holdOut(
  data: TrainingData,
  numClasses: number,
  seed: number,
): { train: TrainingData; validation: TrainingData } | undefined {
  const folds = dealStratifiedFolds(data.labels, numClasses, parts, deriveSeed(seed, stream.holdOut));
  if (folds === undefined || folds.foldCount < parts) return undefined;
  const rows = [...data.labels.keys()];
  const heldOut = rows.filter((row) => folds.foldOfRow[row] === 0);
  if (heldOut.length < fewestHeldOut) return undefined;
  const kept = rows.filter((row) => folds.foldOfRow[row] !== 0);
  return {
    train: subsetOf(data, Int32Array.from(kept)),
    validation: subsetOf(data, Int32Array.from(heldOut)),
  };
}
