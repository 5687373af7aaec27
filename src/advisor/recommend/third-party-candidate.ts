import type { Promised } from '../advice.js';
import { fromLogOdds, logOdds } from '../log-odds.js';
import { deviationsOf80Percent } from '../normal-quantile.js';
import { correctPromise } from '../record/corrections.js';
import { promiseSeconds, speedOf } from './cost/job-cost.js';
import { percent } from '../percent.js';
import { listWarnings } from './list-warnings.js';
import { costInput, notEstimated, usableCost, type MeasuredModel, type Unranked } from './measured-model.js';
import type { AdvisableStrategy, StrategyEstimate } from './recommend-input.js';
import { strategyFamily } from '../strategy-family.js';

/**
 * A strategy of a package on a model, by what it says of itself. One that says nothing is listed as not estimated: it may be
 * the best of all, only nobody knows.
 */
export function thirdPartyCandidate(measured: MeasuredModel, strategy: AdvisableStrategy): Unranked {
  const { advised, input } = measured;
  const problems = strategy.check?.(advised.manifest, {}) ?? [];
  if (problems.length > 0) {
    return notEstimated(measured, strategy, {}, { reason: `It cannot run here: ${problems.join(' ')}` });
  }
  if (!strategy.estimates) {
    return notEstimated(
      measured,
      strategy,
      {},
      {
        reason: `Not estimated: ${strategy.name} does not declare how its accuracy and cost are estimated. Launch it to find out.`,
      },
    );
  }
  const said = input.estimates.find(
    (one) => one.strategy === strategy.name && one.versionId === advised.versionId,
  );
  if (said?.estimate == null) {
    const why = said?.problem ?? 'it was not asked about this model.';
    return notEstimated(measured, strategy, {}, { reason: `Not estimated: ${why}` });
  }
  return estimated(measured, strategy, said.estimate);
}

function estimated(
  measured: MeasuredModel,
  strategy: AdvisableStrategy,
  estimate: NonNullable<StrategyEstimate['estimate']>,
): Unranked {
  const { input, advised } = measured;
  const family = strategyFamily(strategy.name, {});
  const uncorrected = promiseOf(estimate.accuracy, input.data.splits.test.imageCount);
  const accuracy = uncorrected === null ? null : correctPromise(uncorrected, input.corrections[family]);
  const cost = usableCost({
    seconds: secondsOf(measured, estimate.seconds, family),
    peakMemoryBytes: estimate.peakMemoryBytes,
    storedBytes: estimate.storedBytes,
  });
  const warnings = listWarnings(measured, cost);
  if (estimate.accuracy !== null && uncorrected === null) {
    warnings.push(
      `Its estimate of the accuracy, ${String(estimate.accuracy.value)} with a standard error of ${String(estimate.accuracy.standardError)}, is no share of pictures and was left out.`,
    );
  }
  const promise =
    accuracy === null
      ? `Not estimated: ${strategy.name} says nothing of its accuracy.`
      : `By its own estimate ${strategy.name} comes to ${percent(accuracy.value)} on ${advised.name}.`;
  const bare = notEstimated(measured, strategy, {}, { reason: '' });
  return {
    ...bare,
    accuracy,
    uncorrected,
    ...cost,
    reason: [promise, estimate.reason ?? ''].join(' ').trim(),
    warnings,
  };
}

/** What a strategy says, with the noise of the test pictures beside its own; null where it is no accuracy. */
function promiseOf(
  said: { value: number; standardError: number } | null,
  testPictures: number,
): Promised | null {
  if (said === null) return null;
  const { value, standardError } = said;
  const isShare = Number.isFinite(value) && value >= 0 && value <= 1;
  if (!isShare || !Number.isFinite(standardError) || standardError < 0) return null;
  const centre = logOdds(value);
  const slope = Math.max(1e-4, value * (1 - value));
  const ofTest = testPictures > 0 ? 1 / Math.sqrt(testPictures * slope) : 0;
  const half = deviationsOf80Percent * Math.hypot(standardError / slope, ofTest);
  return { value, low: fromLogOdds(centre - half), high: fromLogOdds(centre + half) };
}

/** A fit's seconds as the strategy says; the evaluation, base and result on the test pictures, is ours to add. */
function secondsOf(measured: MeasuredModel, seconds: number | null, family: string): Promised | null {
  const input = costInput(measured);
  const speed = speedOf(input);
  if (seconds === null || !Number.isFinite(seconds) || seconds < 0) return null;
  const evaluation = speed === null ? 0 : (2 * input.data.splits.test.imageCount) / speed;
  return promiseSeconds(seconds + input.cost.startSeconds.linear + evaluation, family, input.cost);
}
