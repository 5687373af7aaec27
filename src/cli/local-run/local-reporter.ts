import type { RunReporter } from '../../plugins/run/run-reporter.js';
import type { Output } from '../output/output.js';
import { WatchDisplay } from '../output/watch-display.js';

/** Milliseconds between two reports of one phase. */
const reportMs = 100;

/** Shows a run in this process as `zoo watch` shows a job. */
export function localReporter(output: Output): RunReporter & { end(finished: boolean): void } {
  const display = new WatchDisplay(output);
  let seq = 0;
  let last = { phase: '', at: 0 };
  const stamp = () => ({ seq: ++seq, cursor: String(seq), attempt: 1, createdAt: new Date().toISOString() });
  return {
    progress(phase, done, total) {
      const at = performance.now();
      if (phase === last.phase && done < total && at - last.at < reportMs) return;
      last = { phase, at };
      display.show({
        ...stamp(),
        __typename: 'JobProgressEvent',
        phase,
        done,
        total,
        unit: 'ITEMS',
        secondsLeft: null,
      });
    },
    metric: (name, value, step) =>
      display.show({ ...stamp(), __typename: 'JobMetricEvent', name, value, step }),
    log: (message) => display.show({ ...stamp(), __typename: 'JobLogEvent', message: String(message) }),
    end: (finished) => {
      if (finished)
        display.show({ ...stamp(), __typename: 'JobStateEvent', state: 'COMPLETED', error: null });
      display.end();
    },
  };
}
