import { performance } from 'node:perf_hooks';
import type { JobProgress, ProgressUnit } from '../../zoo/job-types.js';
import type { Zoo } from '../../zoo/zoo.js';
import type { AttemptLimits } from '../child/attempt-limits.js';
import { appendFencedEvents, type Fence, type NewJobEvent } from './job-events.js';
import { jobSignals } from './job-signals.js';
import type { FromChild } from '../child/protocol.js';
import { redact } from '../../redact.js';

export type ChildReport = Extract<FromChild, { type: 'progress' | 'metric' | 'log' }>;

/** The worker's own progress may count bytes; that of the work counts pictures and the like. */
export type AttemptReport =
  | Exclude<ChildReport, { type: 'progress' }>
  | (Extract<ChildReport, { type: 'progress' }> & { unit?: ProgressUnit });

/** How long reports wait for others, so that a chatty strategy costs a few statements a second. */
const flushMs = 300;
/** Between two progress rows of one phase. */
const progressMs = 1000;
const longestBacklog = 2000;

/**
 * Writes what an attempt reports into the job's log, under the fence: metrics and log lines all, up to a limit; of the
 * progress the newest, about once a second, and the end of each phase.
 */
export class EventWriter {
  readonly #timer: NodeJS.Timeout;
  #waiting: NewJobEvent[] = [];
  #progress: NewJobEvent | undefined;
  #progressWrittenAt = -Infinity;
  #phase = { name: '', startedAt: 0, doneAtStart: 0 };
  #logBytes = 0;
  #metricPoints = 0;
  #writing: Promise<void> = Promise.resolve();

  /** @param onFenced called once a write found that the fence no longer holds. */
  constructor(
    private readonly zoo: Zoo,
    private readonly fence: Fence,
    private readonly limits: AttemptLimits,
    private readonly onFenced: () => void,
  ) {
    this.#timer = setInterval(() => void this.flush(false), flushMs);
  }

  add(report: AttemptReport): void {
    if (report.type === 'progress') this.#addProgress(report);
    else if (report.type === 'metric') this.#addMetric(report);
    else this.#addLog(report);
  }

  /** Writes what waits. Progress that is not due yet waits on, unless `all`. */
  flush(all: boolean): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write(all));
    return this.#writing;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush(true);
  }

  async #write(all: boolean): Promise<void> {
    if (this.#progress !== undefined && (all || performance.now() - this.#progressWrittenAt >= progressMs)) {
      this.#settleProgress();
    }
    const events = this.#waiting;
    if (events.length === 0) return;
    this.#waiting = [];
    try {
      if (await appendFencedEvents(this.zoo.database, this.fence, events)) {
        jobSignals(this.zoo.database).emit('changed', this.fence.jobId);
      } else {
        this.onFenced();
      }
    } catch (error) {
      this.zoo.log.warn(
        { error, job: this.fence.jobId },
        'events of a job could not be written; trying again',
      );
      this.#waiting = [...events, ...this.#waiting].slice(-longestBacklog);
    }
  }

  #addProgress({ phase, done, total, unit = 'ITEMS' }: Extract<AttemptReport, { type: 'progress' }>): void {
    const now = performance.now();
    if (phase !== this.#phase.name) {
      this.#settleProgress();
      // Work that goes on from a checkpoint does not begin at nothing.
      this.#phase = { name: phase, startedAt: now, doneAtStart: done };
      this.#progressWrittenAt = -Infinity;
    }
    const elapsed = (now - this.#phase.startedAt) / 1000;
    const doneSince = done - this.#phase.doneAtStart;
    const payload: JobProgress = {
      phase,
      done,
      total,
      unit,
      secondsLeft:
        doneSince > 0 && elapsed > 1 && total >= done ? (elapsed * (total - done)) / doneSince : null,
    };
    this.#progress = { type: 'progress', payload: { ...payload } };
  }

  #settleProgress(): void {
    if (this.#progress === undefined) return;
    this.#waiting.push(this.#progress);
    this.#progress = undefined;
    this.#progressWrittenAt = performance.now();
  }

  #addMetric({ name, value, step }: Extract<ChildReport, { type: 'metric' }>): void {
    this.#metricPoints += 1;
    if (this.#metricPoints < this.limits.metricPoints) {
      this.#waiting.push({ type: 'metric', payload: { name, value, step } });
    } else if (this.#metricPoints === this.limits.metricPoints) {
      this.#note(`More than ${this.limits.metricPoints} metric points were reported; the rest is not kept.`);
    }
  }

  #addLog({ message }: Extract<ChildReport, { type: 'log' }>): void {
    const before = this.#logBytes;
    this.#logBytes += Buffer.byteLength(message);
    if (this.#logBytes <= this.limits.logBytes) this.#note(redact(message));
    else if (before <= this.limits.logBytes) {
      this.#note(`The log is longer than ${this.limits.logBytes} bytes; the rest is not kept.`);
    }
  }

  #note(message: string): void {
    this.#waiting.push({ type: 'log', payload: { message } });
  }
}
