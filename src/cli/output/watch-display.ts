import type { JobEvent } from '../client/job-event.js';
import { formatBytes, formatDuration } from './format.js';
import type { Output } from './output.js';
import type { Progress } from './progress.js';

/** Shows a job's log as it comes: a bar for each phase, lines for what was said. With `--json` every event is a line. */
export class WatchDisplay {
  private phase: { name: string; progress: Progress; total: number; inBytes: boolean } | undefined;

  /** @param quiet leaves out what the strategy has to say on the way. */
  constructor(
    private readonly output: Output,
    private readonly quiet = false,
  ) {}

  show(event: JobEvent): void {
    this.output.document(event);
    switch (event.__typename) {
      case 'JobProgressEvent':
        this.showProgress(event);
        break;
      case 'JobLogEvent':
        if (!this.quiet) this.say(event.message);
        break;
      case 'JobMetricEvent':
        // Curves are for programs and pages; a terminal shows where the job is.
        break;
      case 'JobStateEvent':
        this.endPhase(event.state === 'COMPLETED');
        if (event.state === 'QUEUED' && event.attempt > 0)
          this.say('Given back to the queue; another attempt follows.');
        if (event.error) this.say(`${event.error.code}: ${event.error.message}`);
    }
  }

  /** Leaves the terminal clean, whatever was being shown. */
  end(): void {
    this.endPhase(false);
  }

  private showProgress(event: Extract<JobEvent, { __typename: 'JobProgressEvent' }>): void {
    if (this.phase?.name !== event.phase) {
      this.endPhase(true);
      this.phase = {
        name: event.phase,
        progress: this.output.progress(`  ${event.phase}`, event.unit === 'BYTES' ? 'bytes' : 'items'),
        total: event.total,
        inBytes: event.unit === 'BYTES',
      };
    }
    const left =
      event.secondsLeft === null || event.done >= event.total
        ? ''
        : `${formatDuration(event.secondsLeft * 1000)} left`;
    this.phase.total = event.total;
    this.phase.progress.update(event.done, event.total, left);
  }

  private endPhase(finished: boolean): void {
    if (this.phase === undefined) return;
    const { name, progress, total, inBytes } = this.phase;
    const amount = inBytes ? formatBytes(total) : String(total);
    progress.end(finished ? `  ${name}${total > 1 ? ` (${amount})` : ''}` : undefined);
    this.phase = undefined;
  }

  private say(text: string): void {
    this.phase?.progress.end();
    this.output.note(`  ${text}`);
  }
}
