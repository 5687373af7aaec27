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
  const { batchSize, epochs, schedule, labelSmoothing, mixupAlpha, classWeights, sampling } = recipe;
  // What a function gives is checked step by step.
  const { learningRate, warmupEpochs } =
    typeof schedule === 'function' ? { learningRate: 1, warmupEpochs: 0 } : schedule;
  const { patience, minDelta } = recipe.earlyStopping ?? { patience: 1, minDelta: 0 };
  const rules: Rule[] = [
    ['', trainCount > 0, 'There are no training pictures; publish a data set version that has some.'],
    ['', numClasses > 1, `There are ${numClasses} classes; a classifier needs two or more.`],
    [
      'batchSize',
      isWhole(batchSize, 1),
      `batchSize is ${batchSize}; a whole number of 1 or more is accepted. Try ${Math.max(1, Math.min(32, trainCount))}.`,
    ],
    [
      'batchSize',
      !(batchSize > trainCount) || trainCount === 0,
      `batchSize is ${batchSize}, but there are only ${trainCount} training pictures. Choose ${trainCount} or fewer.`,
    ],
    [
      'epochs',
      isWhole(epochs, 1, mostEpochs),
      `epochs is ${epochs}; a whole number from 1 to ${mostEpochs} is accepted.`,
    ],
    [
      'schedule.learningRate',
      learningRate > 0 && learningRate < Infinity,
      `learningRate is ${learningRate}; a number above 0 is accepted. Try 0.001.`,
    ],
    [
      'schedule.warmupEpochs',
      warmupEpochs === 0 || (warmupEpochs > 0 && warmupEpochs < epochs),
      `warmupEpochs is ${warmupEpochs}; 0 or more, and less than the ${epochs} epochs, are accepted.`,
    ],
    [
      'labelSmoothing',
      labelSmoothing >= 0 && labelSmoothing < 1,
      `labelSmoothing is ${labelSmoothing}; 0 to less than 1 is accepted. Try 0.1.`,
    ],
    [
      'mixupAlpha',
      mixupAlpha >= 0 && mixupAlpha < Infinity,
      `mixupAlpha is ${mixupAlpha}; 0 (off) or more is accepted. Try 0.2.`,
    ],
    [
      'classWeights',
      classWeights === 'none' || sampling === 'instance-balanced',
      `classWeights is ${classWeights} and sampling is ${sampling}: both lift rare classes, and together too far. Use one of them.`,
    ],
    [
      'earlyStopping.patience',
      isWhole(patience, 1),
      `patience is ${patience}; a whole number of 1 or more is accepted. Leave earlyStopping out to run all epochs.`,
    ],
    [
      'earlyStopping.minDelta',
      minDelta >= 0 && minDelta < Infinity,
      `minDelta is ${minDelta}; 0 or more is accepted.`,
    ],
  ];
  return rules.filter(([, holds]) => !holds).map(([path, , message]) => ({ path, message }));
}

/** What has to hold, and what to say where it does not. */
type Rule = [path: string, holds: boolean, message: string];

function isWhole(value: number, least: number, most = Infinity): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}
