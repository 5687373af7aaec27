import { isDeepStrictEqual } from 'node:util';
import { ConformanceError } from '../conformance-error.js';
import { endsWhenTold } from '../trial/ends-when-told.js';
import { requireEstimateTrial, startEstimate } from '../trial/estimate-trial.js';
import type { RunCheck } from './conformance-subject.js';
import { refusalOf } from './takes-any-task.js';

/** Every figure is a number that can be, or null: also where a class has one picture, and there is little to go by. */
export const estimatesWithinBounds: RunCheck = async (subject) => {
  await subject.firstEstimate();
  const purpose = 'an estimate on three classes of which one has one training picture';
  await refusalOf(() => requireEstimateTrial(subject, { pictures: 'one-picture', purpose }));
};

/** Two estimates with one seed say the same. */
export const sameSeedSameEstimate: RunCheck = async (subject) => {
  const [first, second] = [await subject.firstEstimate(), await subject.secondEstimate()];
  if (isDeepStrictEqual(first.answer, second.answer)) return;
  throw new ConformanceError(
    'the same answer from two estimates with one seed',
    `the first says ${JSON.stringify(first.answer)}, the second ${JSON.stringify(second.answer)}`,
    'draw everything random from a generator seeded with `context.seed`, keep no state from one estimate to the next, and reckon seconds from `context.picturesPerSecond`: do not measure them.',
  );
};

/** What an estimate was lent is as it was: the cache, the advisor and the next strategy use it too. */
export const estimateLeavesTheBaseUnchanged: RunCheck = async (subject) => {
  const { overwritten } = (await subject.firstEstimate()).seen;
  if (overwritten.length === 0) return;
  throw new ConformanceError(
    'base model, data, features and probes as they were before the estimate',
    `after the estimate these are changed: ${overwritten.join(', ')}`,
    'work on a copy: `Float32Array.from(features.data)` or `.slice()`.',
  );
};

/** Told to stop at its start, and when it has its features, an estimate ends soon. */
export const estimateObeysAnAbort: RunCheck = async (subject) => {
  const { abortMs } = subject;
  // Everything is loaded and in the cache.
  await subject.secondEstimate();
  const what = 'an estimate';
  await endsWhenTold({ what, when: 'its start', abortMs }, ({ purpose, controller, stop }) =>
    startEstimate(subject, { purpose, abort: controller, started: stop }),
  );
  await endsWhenTold({ what, when: 'its first features', abortMs }, ({ purpose, controller, stop }) =>
    startEstimate(subject, { purpose, abort: controller, handedOver: stop }),
  );
};
