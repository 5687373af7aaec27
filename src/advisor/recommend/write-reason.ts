import { countedProbe, notableDifference } from './counted-probe.js';
import { probeError } from './best-cut.js';
import { percent } from '../percent.js';
import { duration, plural, points } from './in-words.js';
import type { MeasuredModel, Unranked } from './measured-model.js';

type Expected = Pick<Unranked, 'accuracy' | 'uncorrected' | 'seconds'>;

/** Two sentences on a linear classifier: what was measured, and what that promises. */
export function reasonOfLinear(
  { cut, model }: MeasuredModel,
  classifier: 'svm' | 'softmax',
  { accuracy, seconds }: Expected,
): string {
  const error = (100 * probeError(cut.probe, cut.pictures)).toFixed(1);
  const { lateGap = 0 } = model.similarity ?? {};
  const late =
    lateGap >= 0.005
      ? `, ${points(lateGap)} more than on the last layer, which is specific to the old classes`
      : '';
  const kind = classifier === 'svm' ? 'an SVM' : 'a softmax, which gives probabilities,';
  return (
    `A linear probe on the output of ${cut.layer} gets ${percent(cut.probe.accuracy)} of held-out training pictures right ` +
    `(standard error ${error} points)${late}. ` +
    `Nothing but ${kind} on those features is fitted: ${expectation(accuracy)}${inTime(seconds)}.`
  );
}

/** Two sentences on a fine-tune: what training is expected to bring over the probe, and what it costs. */
export function reasonOfTraining(
  measured: MeasuredModel,
  { family, epochs, trainableFrom }: { family: string; epochs: number; trainableFrom: string | undefined },
  { accuracy, uncorrected, seconds }: Expected,
): string {
  const { input, cut, isLearned } = measured;
  const known = input.knowledge.accuracy[family];
  const layers = trainableFrom === undefined ? 'all layers' : `the layers from ${trainableFrom} on`;
  const probe = `the linear probe’s ${percent(cut.probe.accuracy)}`;
  const shown = `It shows ${plural(input.data.splits.train.imageCount, 'training picture')} ${plural(epochs, 'time')}`;
  const cost =
    seconds === null
      ? `${shown}; how long that takes here is not known.`
      : `${shown}: about ${duration(seconds.value)} here.`;
  if (known === undefined || accuracy === null) {
    return `The study has no runs that trained ${layers}, so nothing is expected over ${probe}. ${cost}`;
  }
  if (!isLearned) {
    return `Training ${layers} is not expected to bring anything over ${probe}, which is what chance gives. ${cost}`;
  }
  const brought = known.meanGain >= 0 ? 'brought' : 'lost';
  return (
    `Training ${layers} is expected to come to ${percent(accuracy.value)} beside ${probe}: in ` +
    `${plural(known.runs, 'run')} on ${plural(known.datasets, 'data set')} it ${brought} ${points(known.meanGain)} on average${beside(measured, uncorrected?.value ?? accuracy.value, known.meanGain)}. ${cost}`
  );
}

/** Said where this network and these pictures are not expected to gain what was gained on average. */
function beside(measured: MeasuredModel, expected: number, meanGain: number): string {
  const more = expected - countedProbe(measured) - meanGain;
  if (Math.abs(more) < notableDifference) return '';
  return `, and ${more > 0 ? 'more' : 'less'} is expected of this network with these pictures`;
}

/** "77.9 % of test pictures (74.1 to 81.3 %) are expected" */
function expectation(accuracy: Expected['accuracy']): string {
  if (accuracy === null) return 'the study has no such runs, so no accuracy is promised';
  return `${percent(accuracy.value)} of test pictures (${(100 * accuracy.low).toFixed(1)} to ${percent(accuracy.high)}) are expected`;
}

const inTime = (seconds: Expected['seconds']): string =>
  seconds === null ? '' : `, in about ${duration(seconds.value)}`;
