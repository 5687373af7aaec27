import type { AdvisedCandidate, Recommendation } from '../advice.js';
import type { Learning } from './find-learning.js';
import { percent } from '../percent.js';
import { duration, plural, points } from './in-words.js';
import { closeEnough } from './rank-candidates.js';
import type { RecommendInput } from './recommend-input.js';

interface Ranked extends Pick<Recommendation, 'candidates' | 'notMeasured'> {
  learning: Learning | undefined;
}

/** Whether a candidate leaves the network as it is. */
export function isLinear({ strategy }: Pick<AdvisedCandidate, 'strategy'>): boolean {
  return strategy === 'feature-extraction-svm';
}

/** One or two sentences for people who read nothing else. */
export function writeSummary(input: RecommendInput, ranked: Ranked): string {
  const { learning, candidates } = ranked;
  if (input.measurements.dataset.classes < 2) {
    return 'The data set has fewer than two classes, so there is nothing to tell apart. Publish a version with at least two.';
  }
  if (learning === undefined) return nothingMeasured(ranked);
  if (!learning.isLearned) return nothingLearned(input, learning);
  const [first] = candidates.filter(({ accuracy }) => accuracy !== null);
  if (first === undefined) {
    return candidates.length === 0
      ? `No strategy can be launched here, so nothing is recommended; ${probeSentence(input, learning)}`
      : `None of the strategies here could be estimated; ${probeSentence(input, learning)}`;
  }
  return isLinear(first) ? stayLinear(input, first) : train(input, first, candidates);
}

function nothingMeasured({ notMeasured }: Ranked): string {
  const [first] = notMeasured;
  if (first === undefined) {
    return 'There is no model to adapt, so nothing was measured. Import one, with `zoo import-starters` for example.';
  }
  const which = notMeasured.length === 1 ? '' : 'Of the first: ';
  return `None of ${plural(notMeasured.length, 'model')} could be measured, so nothing is recommended. ${which}${first.reason}`;
}

function nothingLearned({ measurements }: RecommendInput, { best, standardError }: Learning): string {
  const { majorityShare } = measurements.dataset;
  return (
    `Nothing is learned from these pictures: the best linear probe gets ${percent(best.probe.accuracy)} of held-out training pictures right ` +
    `(standard error ${(100 * standardError).toFixed(1)} points, ${plural(best.pictures, 'picture')}), and naming the largest class every time gets ${percent(majorityShare)}. ` +
    'Check the labels, or bring more pictures, before any of this is trained.'
  );
}

function stayLinear(input: RecommendInput, first: AdvisedCandidate): string {
  return (
    `Stay with the linear classifier: ${describe(input, first)}. ` +
    `Nothing that trains the network is expected to be better by more than ${points(closeEnough)}.`
  );
}

function train(
  input: RecommendInput,
  first: AdvisedCandidate,
  candidates: readonly AdvisedCandidate[],
): string {
  const linear = candidates.find((one) => isLinear(one) && one.accuracy !== null);
  if (first.accuracy === null || linear?.accuracy == null) return `Use ${describe(input, first)}.`;
  const gain = first.accuracy.value - linear.accuracy.value;
  const isSure = first.accuracy.low > linear.accuracy.value;
  const time = linear.seconds === null ? '' : `, in about ${duration(linear.seconds.value)}`;
  const noise = isSure ? '' : ' The difference is within the noise of the expectation.';
  return `Use ${describe(input, first)}. The best linear classifier is expected ${points(gain)} ${gain < 0 ? 'above' : 'below'} it${time}.${noise}`;
}

/** "partial-fine-tuning on zoo/mobilenet-v2@1, 84.0 % of test pictures (79.5 to 88.0 %) expected in about 4 min" */
function describe({ models }: RecommendInput, candidate: AdvisedCandidate): string {
  const { strategy, parameters, versionId, layer, accuracy, seconds } = candidate;
  const name = models.find((model) => model.versionId === versionId)?.name ?? versionId;
  const cut = layer === null ? '' : `, cut after ${layer}`;
  const expected =
    accuracy === null
      ? ''
      : `, ${percent(accuracy.value)} of test pictures (${(100 * accuracy.low).toFixed(1)} to ${percent(accuracy.high)}) expected`;
  const time = seconds === null ? '' : ` in about ${duration(seconds.value)}`;
  const kind = parameters['classifier'] === 'softmax' ? ' (softmax)' : '';
  return `${strategy}${kind} on ${name}${cut}${expected}${time}`;
}

function probeSentence({ measurements }: RecommendInput, { best }: Learning): string {
  return (
    `the best linear probe, on the output of ${best.layer}, gets ${percent(best.probe.accuracy)} of held-out training pictures right, ` +
    `where naming the largest class gets ${percent(measurements.dataset.majorityShare)}.`
  );
}
