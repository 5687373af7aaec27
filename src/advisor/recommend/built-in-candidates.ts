import {
  chooseHead,
  chooseTrainableFrom,
  stageEnds,
} from '../../plugins/partial-fine-tuning/choose-trainable-from.js';
import partialFineTuning from '../../plugins/partial-fine-tuning/index.js';
import fullRetraining from '../../plugins/full-retraining/index.js';
import { headLayer } from '../../plugins/plugin.js';
import { probedCuts } from './best-cut.js';
import { linearCost } from './cost/linear-cost.js';
import { trainingCost, type TrainedPart } from './cost/training-cost.js';
import { listWarnings } from './list-warnings.js';
import {
  costInput,
  notEstimated,
  promiseAccuracy,
  usableCost,
  type MeasuredModel,
  type Unranked,
} from './measured-model.js';
import type { AdvisableStrategy } from './recommend-input.js';
import { reasonOfLinear, reasonOfTraining } from './write-reason.js';
import { strategyFamily } from '../strategy-family.js';

/** The strategies that come with the zoo, which are estimated here, and their candidates on a model. */
export const builtInCandidates: Readonly<
  Record<string, (measured: MeasuredModel, strategy: AdvisableStrategy) => Unranked[]>
> = {
  'feature-extraction-svm': (measured, strategy) => [
    linearCandidate(measured, strategy, 'svm'),
    linearCandidate(measured, strategy, 'softmax'),
  ],
  'partial-fine-tuning': (measured, strategy) => [
    trainingCandidate(measured, strategy, lateLayers(measured)),
  ],
  'full-retraining': (measured, strategy) => [trainingCandidate(measured, strategy, allLayers(measured))],
};

function linearCandidate(
  measured: MeasuredModel,
  strategy: AdvisableStrategy,
  classifier: 'svm' | 'softmax',
): Unranked {
  const { layer } = measured.cut;
  const parameters = { layer, classifier };
  const family = strategyFamily(strategy.name, parameters);
  const bare = notEstimated(measured, strategy, parameters, { reason: '' });
  const problems = strategy.check?.(measured.advised.manifest, parameters) ?? [];
  if (problems.length > 0) return { ...bare, reason: cannotRun(problems) };
  const promise = promiseAccuracy(measured, family);
  const cost = usableCost(linearCost(costInput(measured), { layer, classifier, family }));
  return {
    ...bare,
    ...promise,
    ...cost,
    reason: reasonOfLinear(measured, classifier, { ...promise, ...cost }),
    warnings: listWarnings(measured, cost),
  };
}

function trainingCandidate(
  measured: MeasuredModel,
  strategy: AdvisableStrategy,
  part: (TrainedPart & { trainableFrom: string | undefined }) | undefined,
): Unranked {
  const family = strategyFamily(strategy.name, {});
  const bare = notEstimated(measured, strategy, {}, { reason: '' });
  const problems = strategy.check?.(measured.advised.manifest, {}) ?? [];
  if (problems.length > 0) return { ...bare, reason: cannotRun(problems) };
  if (part === undefined) {
    return { ...bare, reason: 'Not estimated: the network has no layers that it could train.' };
  }
  const defaults = (strategy.name === 'full-retraining' ? fullRetraining : partialFineTuning).parameters;
  const { epochs, ...taken } = trainingCost(costInput(measured), part, defaults.parse({}), family);
  const promise = promiseAccuracy(measured, family);
  const cost = usableCost(taken);
  return {
    ...bare,
    ...promise,
    ...cost,
    reason: reasonOfTraining(
      measured,
      { family, epochs, trainableFrom: part.trainableFrom },
      { ...promise, ...cost },
    ),
    warnings: listWarnings(measured, cost),
  };
}

/** What partial fine-tuning chooses by itself, with the probes that were measured. */
function lateLayers({ advised: { manifest }, model, input }: MeasuredModel) {
  const probes = probedCuts(model)
    .filter(({ isCandidate, layer }) => isCandidate && stageEnds(manifest, layer).length > 0)
    .map(({ layer, probe }) => ({ layer, crossValidated: probe }))
    .reverse();
  const head = chooseHead(probes)?.layer ?? headLayer(manifest, undefined);
  if (head === undefined) return undefined;
  const prefix = chooseTrainableFrom(manifest, head, input.data.splits.train.imageCount);
  const { views } = partialFineTuning.parameters.parse({});
  return prefix === undefined ? undefined : { ...prefix, head, views };
}

function allLayers({ advised: { manifest } }: MeasuredModel) {
  const head = headLayer(manifest, undefined);
  return head === undefined ? undefined : { head, frozenUpTo: undefined, trainableFrom: undefined, views: 1 };
}

const cannotRun = (problems: readonly string[]): string => `It cannot run here: ${problems.join(' ')}`;
