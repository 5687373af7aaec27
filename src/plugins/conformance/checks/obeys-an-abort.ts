import { endsWhenTold } from '../trial/ends-when-told.js';
import type { FitEvents } from '../trial/observed-fit.js';
import { startTrial } from '../trial/run-trial.js';
import type { ConformanceSubject, RunCheck } from './conformance-subject.js';

/** Told to stop at its start, and in the middle, a fit ends soon: by throwing `signal.reason`, or because it is done. */
export const obeysAnAbort: RunCheck = async (subject) => {
  const { fit } = await subject.secondRun();
  await stopAt(subject, 'its start', (abort) => ({ started: abort }));
  const middle = Math.ceil(fit.eventCount / 2);
  if (middle === 0) return;
  await stopAt(subject, 'its middle', (abort) => ({
    event: (count) => (count === middle ? abort() : undefined),
  }));
};

function stopAt(
  subject: ConformanceSubject,
  when: string,
  events: (abort: () => void) => FitEvents,
): Promise<void> {
  return endsWhenTold({ what: 'a fit', when, abortMs: subject.abortMs }, ({ purpose, controller, stop }) => {
    const { fit, done } = startTrial(subject, { purpose, events: events(stop), abort: controller });
    return { seen: fit, done };
  });
}
