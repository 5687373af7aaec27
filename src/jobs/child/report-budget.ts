import { ZooError } from '../../errors.js';

export interface ReportLimits {
  /** Log lines, metric points, progress and checkpoints, all together. */
  reports: number;
  /** Bytes of them on the way to the worker. */
  reportBytes: number;
}

/**
 * Counts what the process of an attempt tells its worker. What a person will read is bounded tighter; this bounds what the
 * worker has to look at, since it runs other jobs too.
 */
export class ReportBudget {
  #reports = 0;
  #bytes = 0;

  constructor(private readonly limits: ReportLimits) {}

  /** @throws ZooError JOB_REPORTS_TOO_MANY once there are more than accepted, and ever after */
  take(bytes: number): void {
    this.#reports += 1;
    this.#bytes += bytes;
    const { reports, reportBytes } = this.limits;
    if (this.#reports <= reports && this.#bytes <= reportBytes) return;
    throw new ZooError(
      'JOB_REPORTS_TOO_MANY',
      `The job reported more than ${reports} log lines, metric points and the like, or more than ${Math.round(reportBytes / 1024 ** 2)} MB of them; ` +
        'its strategy should report once an epoch, not once a step.',
    );
  }
}
