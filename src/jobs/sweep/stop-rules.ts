import { percent } from '../../advisor/percent.js';
import type { PromisedColumn } from '../../zoo/database/entities/advice-candidate.entity.js';
import type { FromChild } from '../child/protocol.js';

/** The candidate to beat: the one with the best validation accuracy so far. */
export interface Leader {
  ordinal: number;
  /** On the validation pictures. */
  accuracy: number;
  imageCount: number;
}

/**
 * The first rule: a candidate does not start where the upper end of what an advice expects of it lies below what the
 * leader has reached.
 *
 * @returns why it does not start; undefined: it does.
 */
export function reasonNotToStart(
  expected: PromisedColumn | null,
  leader: Leader | undefined,
): string | undefined {
  if (expected === null || leader === undefined || expected.high >= leader.accuracy) return undefined;
  return (
    `It was not started: the advice expects ${percent(expected.high)} at most, and candidate ${leader.ordinal} has reached ` +
    `${percent(leader.accuracy)} on the validation pictures.`
  );
}

/** What a training reports of itself, by which the second rule goes. */
export const watchedMetric = 'validation/accuracy';

/**
 * The second rule, which watches a training: once half of its epochs are done, it ends where the best validation accuracy
 * that it has reported, with two standard errors added, lies below the leader's. What reports no validation accuracy while
 * it trains is never stopped.
 */
export class TrainingWatch {
  #best: number | undefined;
  #doneShare = 0;

  /** @param best what it reached before it lost its worker, and goes on from */
  constructor(
    private readonly leader: Leader | undefined,
    best?: number,
  ) {
    this.#best = best;
  }

  /**
   * Takes in what the training reports.
   *
   * @returns why it is to end; undefined: it goes on.
   */
  note(report: Extract<FromChild, { type: 'progress' | 'metric' | 'log' }>): string | undefined {
    if (report.type === 'progress' && report.phase === 'training' && report.total > 0) {
      this.#doneShare = report.done / report.total;
    }
    if (report.type !== 'metric' || report.name !== watchedMetric) return undefined;
    this.#best = Math.max(this.#best ?? 0, report.value);
    return this.#verdict(this.#best);
  }

  #verdict(best: number): string | undefined {
    const { leader } = this;
    if (leader === undefined || this.#doneShare < 0.5) return undefined;
    const standardError = Math.sqrt((best * (1 - best)) / leader.imageCount);
    if (best + 2 * standardError >= leader.accuracy) return undefined;
    return (
      `It was stopped after ${percent(this.#doneShare)} of its training: its best validation accuracy, ${percent(best)}, lies more than ` +
      `two standard errors (${percent(standardError)} each) below the ${percent(leader.accuracy)} of candidate ${leader.ordinal}.`
    );
  }
}
