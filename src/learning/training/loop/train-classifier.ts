import { ZooError } from '../../../errors.js';
import { checkRecipe } from './check-recipe.js';
import { chooseValidation } from './batches/choose-validation.js';
import { readAhead } from './batches/read-ahead.js';
import { resumeTraining } from './checkpoint/resume-training.js';
import { learningRateAt } from './learning-rate/schedule.js';
import { createTrainingBatches } from './batches/training-batches.js';
import { describeIdentity } from './checkpoint/training-identity.js';
import type { TrainingOutcome, TrainingRun } from './training-run.js';
import { TrainingUnderWay } from './training-under-way.js';

/**
 * Trains a classifier: read a batch, step, report, and after each epoch validate; the next batch is read while a step
 * runs. At the end the step holds the best weights. The same run gives the same bits, also when it is stopped anywhere
 * and goes on from a checkpoint.
 *
 * @throws ZooError TRAINING_RECIPE_INVALID before anything is read; TRAINING_DIVERGED; TRAINING_FUNCTION_INVALID; IMAGE_UNREADABLE;
 * `signal.reason` when aborted
 */
export async function trainClassifier(run: TrainingRun): Promise<TrainingOutcome> {
  const { step, numClasses, recipe, seed, signal } = run;
  requireRecipe(run);
  signal?.throwIfAborted();
  const pictures = chooseValidation(run);
  const batches = createTrainingBatches(pictures.train, numClasses, recipe, seed);
  const identity = describeIdentity(run);
  const resumed = await resumeTraining(run, identity);
  const training = new TrainingUnderWay(run, pictures, batches, identity, resumed);
  await training.begin();

  const { stepsPerEpoch } = batches;
  const length = { stepsPerEpoch, epochs: recipe.epochs };
  const end = training.isOver ? training.stepsDone : stepsPerEpoch * recipe.epochs;
  for await (const batch of readAhead(training.stepsDone, end, batches.read, signal)) {
    const learningRate = learningRateAt(recipe.schedule, length, training.stepsDone);
    const result = await step.step(batch, learningRate);
    training.observeStep(batch, result, learningRate);
    if (training.stepsDone % stepsPerEpoch === 0) await training.endEpoch(learningRate);
    else await training.saveIfDue();
    if (training.isOver) break;
  }
  return training.finish();
}

function requireRecipe({ recipe, train, numClasses }: TrainingRun): void {
  const problems = checkRecipe(recipe, { trainCount: train.count, numClasses });
  if (problems.length === 0) return;
  throw new ZooError('TRAINING_RECIPE_INVALID', problems.map(({ message }) => message).join(' '), {
    problems,
  });
}
