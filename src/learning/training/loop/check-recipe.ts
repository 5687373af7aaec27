import type { Problem } from '../../../errors.js';
import type { TrainingRecipe } from './training-recipe.js';

/** What a recipe is checked against. */
export interface RecipeSubject {
  /** Pictures to train on. */
  trainCount: number;
  numClasses: number;
}

/** More steps than this say nothing but a slip of the pen. */
const mostEpochs = 10_000;

/** Every reason why a recipe cannot be followed on this data; empty when it can. Paths are those of the recipe. */
export function checkRecipe(recipe: TrainingRecipe, { trainCount, numClasses }: RecipeSubject): Problem[] {
  const { batchSize, epochs, schedule, labelSmoothing, mixupAlpha, earlyStopping } = recipe;
  const problems: Problem[] = [];
  const require = (holds: boolean, path: string, message: string) => {
    if (!holds) problems.push({ path, message });
  };
  require(trainCount > 0, '', 'There are no training pictures; publish a data set version that has some.');
  require(numClasses > 1, '', `There are ${numClasses} classes; a classifier needs two or more.`);
  require(Number.isInteger(batchSize) &&
    batchSize >=
      1, 'batchSize', `batchSize is ${batchSize}; a whole number of 1 or more is accepted. Try ${Math.max(1, Math.min(32, trainCount))}.`);
  require(batchSize <= trainCount ||
    trainCount ===
      0, 'batchSize', `batchSize is ${batchSize}, but there are only ${trainCount} training pictures. Choose ${trainCount} or fewer.`);
  require(Number.isInteger(epochs) &&
    epochs >= 1 &&
    epochs <=
      mostEpochs, 'epochs', `epochs is ${epochs}; a whole number from 1 to ${mostEpochs} is accepted.`);
  require(schedule.learningRate > 0 &&
    Number.isFinite(
      schedule.learningRate,
    ), 'schedule.learningRate', `learningRate is ${schedule.learningRate}; a number above 0 is accepted. Try 0.001.`);
  require(schedule.warmupEpochs >= 0 &&
    (schedule.warmupEpochs < epochs ||
      schedule.warmupEpochs ===
        0), 'schedule.warmupEpochs', `warmupEpochs is ${schedule.warmupEpochs}; 0 or more, and less than the ${epochs} epochs, are accepted.`);
  require(labelSmoothing >= 0 &&
    labelSmoothing <
      1, 'labelSmoothing', `labelSmoothing is ${labelSmoothing}; 0 to less than 1 is accepted. Try 0.1.`);
  require(mixupAlpha >= 0 &&
    Number.isFinite(
      mixupAlpha,
    ), 'mixupAlpha', `mixupAlpha is ${mixupAlpha}; 0 (off) or more is accepted. Try 0.2.`);
  require(recipe.classWeights === 'none' ||
    recipe.sampling ===
      'instance-balanced', 'classWeights', `classWeights is ${recipe.classWeights} and sampling is ${recipe.sampling}: both lift rare classes, and together too far. Use one of them.`);
  if (earlyStopping !== undefined) {
    const { patience, minDelta } = earlyStopping;
    require(Number.isInteger(patience) &&
      patience >=
        1, 'earlyStopping.patience', `patience is ${patience}; a whole number of 1 or more is accepted. Leave earlyStopping out to run all epochs.`);
    require(minDelta >= 0 &&
      Number.isFinite(minDelta), 'earlyStopping.minDelta', `minDelta is ${minDelta}; 0 or more is accepted.`);
  }
  return problems;
}
