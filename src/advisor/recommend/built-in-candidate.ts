import { builtInCost } from './cost/built-in-cost.js';
import { percent } from '../percent.js';
import { countedProbe, notableDifference } from './counted-probe.js';
import { grouped, plural, points } from './in-words.js';
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

/** A strategy that comes with the zoo on a model that was measured, whatever its parameters. */
export function builtInCandidate(
  measured: MeasuredModel,
  strategy: AdvisableStrategy,
  parameters: Record<string, unknown>,
): Unranked {
  const bare = notEstimated(measured, strategy, parameters, { reason: '' });
  const problems = strategy.check?.(measured.advised.manifest, parameters) ?? [];
  if (problems.length > 0) return { ...bare, reason: `It cannot run here: ${problems.join(' ')}` };
  const taken = builtInCost(strategy.name, parameters, costInput(measured));
  if (taken === undefined) {
    return { ...bare, reason: 'Not estimated: the network has no layers that it could train.' };
  }
  const family = strategyFamily(strategy.name, parameters);
  const { epochs, trainableFrom } = taken;
  const expected = { ...promiseAccuracy(measured, family), ...usableCost(taken) };
  return {
    ...bare,
    ...expected,
    reason:
      epochs === null
        ? reasonOfLinear(measured, parameters['classifier'] === 'softmax' ? 'softmax' : 'svm', expected)
        : reasonOfTraining(measured, { family, epochs, trainableFrom }, expected),
    warnings: [
      ...(expected.accuracy === null ? [] : countsOtherwise(measured)),
      ...(epochs === null ? [] : perhapsNoGain(measured, expected)),
      ...listWarnings(measured, expected),
    ],
  };
}

/** Said of a training that the linear classifier may equal. */
function perhapsNoGain(measured: MeasuredModel, { accuracy }: Pick<Unranked, 'accuracy'>): string[] {
  // Then another warning says so of everything.
  if (!measured.isLearned) return [];
  const linear = promiseAccuracy(measured, strategyFamily('feature-extraction-svm', {})).accuracy;
  if (accuracy === null || linear === null || accuracy.low > linear.value) return [];
  return [
    `It may bring nothing: ${percent(linear.value)} are expected of the linear classifier on this model.`,
  ];
}

/** Said where the probe is not taken as it was measured. */
function countsOtherwise(measured: MeasuredModel): string[] {
  const { cut, model } = measured;
  const difference = countedProbe(measured) - countedProbe({ ...measured, drawn: undefined });
  if (Math.abs(difference) < notableDifference) return [];
  const known =
    model.elsewhere === undefined
      ? 'nothing is known of it on other data sets, by which the others are compared'
      : `${plural(model.elsewhere.datasets, 'other data set')} compared it with the others`;
  return [
    `So few pictures (${grouped(cut.pictures)}) hardly tell networks apart, and ${known}: its probe counts as ${points(difference)} ${difference > 0 ? 'more' : 'less'}.`,
  ];
}
