import { ConformanceError } from '../conformance-error.js';
import type { RunCheck } from './conformance-subject.js';

/** After a fit there are no more tfjs tensors than before it, and every trainer has been disposed of. */
export const leaksNoTensors: RunCheck = async ({ secondRun }) => {
  const { fit } = await secondRun();
  if (fit.leakedTensors > 0) {
    throw new ConformanceError(
      'as many tfjs tensors after the fit as before it',
      `there are ${fit.leakedTensors} more`,
      'compute inside `tf.tidy`, and dispose of variables, models and optimizers when the fit ends, also when it throws.',
    );
  }
  const open = fit.trainers.filter(({ isDisposed }) => !isDisposed).length;
  if (open === 0) return;
  throw new ConformanceError(
    'every trainer disposed of',
    `${open} of ${fit.trainers.length} trainers ${open === 1 ? 'is' : 'are'} not`,
    'call `await trainer.dispose()` in a `finally`.',
  );
};
