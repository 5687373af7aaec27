import type { JobEvent } from '../client/job-event.js';
import { formatBytes, formatDuration } from './format.js';
import type { Output } from './output.js';
import type { Progress } from './progress.js';
import { TrainingFigures } from './training-figures.js';

/** As training loops name the phase that their curves belong to. */
const trainingPhase = 'training';

/**
 * Shows a job's log as it comes: a bar for each phase, with loss, accuracy, learning rate and speed where a network is
 * trained, and lines for what was said. With `--json` every event is a line.
 */
export class WatchDisplay {
  private phase: { name: string; progress: Progress; total: number; inBytes: boolean } | undefined;

  private readonly figures = new TrainingFigures();

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
        // Curves are for programs and pages; a terminal shows where they stand.
        this.figures.add(event.name, event.value);
        break;
      case 'JobStateEvent':
        this.endPhase(event.state === 'COMPLETED');
        // Another attempt has curves of its own.
        this.figures.clear();
        if (event.state === 'QUEUED' && event.attempt > 0)
          this.say('Given back to the queue; another attempt follows.');
        if (event.error) this.say(`${event.error.code}: ${event.error.message}`);
    }
  }

  /** Says why the job does not begin. */
  showWait(waitingFor: string): void {
    this.output.document({ waitingFor });
    this.say(`Waiting: ${waitingFor}`);
  }

  /** Leaves the terminal clean, whatever was being shown. */
  end(): void {
    this.endPhase(false);
  }

  private showProgress(event: ProgressEvent): void {
    if (this.phase?.name !== event.phase) {
      this.endPhase(true);
      this.phase = {
        name: event.phase,
        progress: this.output.progress(`  ${event.phase}`, event.unit === 'BYTES' ? 'bytes' : 'items'),
        total: event.total,
        inBytes: event.unit === 'BYTES',
      };
    }
    this.phase.total = event.total;
    this.phase.progress.update(event.done, event.total, this.detail(event));
  }

  private detail({ phase, done, total, secondsLeft }: ProgressEvent): string {
    const isTraining = phase === trainingPhase;
    const seconds = (isTraining ? this.figures.secondsLeft : undefined) ?? secondsLeft;
    const left = seconds === null || done >= total ? '' : `${formatDuration(seconds * 1000)} left`;
    return [isTraining ? this.figures.describe() : '', left].filter((part) => part !== '').join('  ');
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

type ProgressEvent = Extract<JobEvent, { __typename: 'JobProgressEvent' }>;
