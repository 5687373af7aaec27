import { calibrateHead, divideByTemperature } from '../../learning/public.js';
import type {
  FitContext,
  FineTuned,
  LinearProbe,
  Trainer,
  TrainerSetup,
  TrainingOutcome,
} from '../plugin.js';
import { chooseDefaults, defaultLearningRate, viewsShown } from './choose-defaults.js';
import { epochTable } from './epoch-table.js';
import type { FineTuningParameters } from './parameters.js';

/** What a strategy decides; parameters and defaults decide the rest. */
export interface FineTunePlan extends Pick<
  TrainerSetup,
  'cut' | 'frozenUpTo' | 'initialization' | 'views' | 'loss' | 'penalty'
> {
  /** The linear classifier to start from, on the features at the cut. */
  head: LinearProbe | 'random';
  /** What the strategy chose, for the card. */
  chosen: Record<string, string | number>;
}

/**
 * Refuses what a plan says where memory will not suffice for it, before features and head are made.
 *
 * @throws ZooError TRAINING_MEMORY_INSUFFICIENT
 */
export async function requireFineTuneMemory(
  { parameters, imageCounts, trainPerClass, ...context }: FitContext<FineTuningParameters>,
  plan: Omit<FineTunePlan, 'head' | 'chosen'>,
): Promise<void> {
  const { initialization } = plan;
  const facts = { trainCount: imageCounts.train, trainPerClass, initialization };
  await context.requireMemory({ ...chooseDefaults(parameters, facts).setup, ...plan });
}

/**
 * Trains what a plan says by the parameters, defaults where they say nothing: learning rate found if it is asked for,
 * then epochs until validation stops improving, and of all weights seen, those it started from included, the best.
 */
export async function fineTune(
  context: FitContext<FineTuningParameters>,
  plan: FineTunePlan,
): Promise<FineTuned> {
  const { parameters, imageCounts, trainPerClass } = context;
  const { setup, recipe } = chooseDefaults(parameters, {
    trainCount: imageCounts.train,
    trainPerClass,
    initialization: plan.initialization,
  });
  const { chosen, ...what } = plan;
  const head = plan.head === 'random' ? plan.head : await startFrom(context, plan.head);
  const views = viewsShown(plan.views, recipe);
  const trainer = await context.trainer({ ...setup, ...what, head, views });
  try {
    const learningRate =
      parameters.learningRate === 'find'
        ? await findRate(context, trainer, plan, recipe)
        : recipe.schedule.learningRate;
    context.log(
      `${trainer.trainedParameterCount} parameters train: ${recipe.epochs} epochs of ${imageCounts.train} pictures at most, ` +
        `batches of ${recipe.batchSize}, ${parameters.optimizer}, learning rate up to ${learningRate}, ` +
        `batch normalisation ${setup.batchNormalization}, augmentation ${setup.augmentation}.`,
    );
    const outcome = await trainer.fit({ ...recipe, schedule: { ...recipe.schedule, learningRate } });
    context.log(describeOutcome(outcome));
    context.report.table('epochs', epochTable(outcome));
    const trained = await trainer.read();
    const { temperature = 1 } = outcome.bestValidation ?? {};
    return {
      kind: 'fine-tuned',
      cut: plan.cut,
      ...trained,
      ...divideByTemperature(temperature, trained),
      activation: 'softmax',
      chosen: {
        ...chosen,
        learningRate,
        epochs: outcome.epochsRun,
        bestEpoch: outcome.bestEpoch,
        batchSize: recipe.batchSize,
        batchNormalization: setup.batchNormalization,
        augmentation: setup.augmentation,
        ...(outcome.bestValidation === null
          ? {}
          : {
              validationAccuracy: outcome.bestValidation.accuracy,
              validationLoss: outcome.bestValidation.calibratedLoss,
              temperature,
            }),
        engine: trainer.engine,
      },
    };
  } finally {
    await trainer.dispose();
  }
}

async function startFrom(
  { features, log }: FitContext<FineTuningParameters>,
  head: LinearProbe,
): Promise<Exclude<TrainerSetup['head'], 'random'>> {
  const calibrated = calibrateHead(head, await features('validation', head.cut));
  log(
    `Training starts from the linear probe at ${head.cut.layer}, at a temperature of ${calibrated.temperature.toPrecision(3)} that fits the validation pictures.`,
  );
  return calibrated;
}

async function findRate(
  { log, parameters }: FitContext<FineTuningParameters>,
  trainer: Trainer,
  { initialization }: FineTunePlan,
  recipe: Parameters<Trainer['findLearningRate']>[0],
): Promise<number> {
  const found = await trainer.findLearningRate(recipe);
  if (found !== undefined) {
    log(`Of the learning rates tried, ${found.toPrecision(3)} suits; training takes it.`);
    return found;
  }
  const fallback = defaultLearningRate(parameters.optimizer, initialization);
  log(`The learning rates tried tell nothing apart; training takes ${fallback}.`);
  return fallback;
}

/** Says honestly what training brought. */
function describeOutcome({ bestEpoch, epochsRun, bestValidation, history, ...end }: TrainingOutcome): string {
  const start = history.find(({ epoch }) => epoch === 0)?.validation;
  if (bestValidation === null) {
    return `${epochsRun} epochs were run; no pictures were there to choose weights by, so the last ones are kept.`;
  }
  const loss = ({ calibratedLoss }: { calibratedLoss: number }) => calibratedLoss.toFixed(4);
  if (bestEpoch === 0) {
    return (
      `In ${epochsRun} epochs the calibrated validation loss never fell below ${loss(bestValidation)}, where it started: the result is ` +
      'the linear classifier on the frozen network. Fine-tuning brought nothing here; try a lower learning rate, ' +
      'stronger augmentation or more pictures.'
    );
  }
  const why = end.stoppedBecause === 'epochs' ? 'all epochs were run' : 'it did not improve any more';
  return (
    `The calibrated validation loss ${start ? `fell from ${loss(start)} to` : 'reached'} ${loss(bestValidation)} in epoch ${bestEpoch} of ${epochsRun}, ` +
    `accuracy ${(bestValidation.accuracy * 100).toFixed(1)} %; training ended because ${why}.`
  );
}
