import { z } from 'zod';
import { thinReports } from './report-thinning.js';
import type { ValidationScore, TrainingReporter } from '../training-run.js';

/** Steps, and epochs, that give points of a curve; the job's limit is on all points of all curves together. */
const reportedSteps = 1000;
/** What a past batch still counts for when the next has come: curves show about the last twenty. */
const memory = 0.95;
/** Steps that the speed is taken over. */
const speedSteps = 20;

export const smoothedState = z.object({
  loss: z.number(),
  weight: z.number(),
  correct: z.number(),
  pictures: z.number(),
});

/** Sums in which each batch counts for less with every one that follows. */
export type SmoothedState = z.output<typeof smoothedState>;

export interface StepReport {
  /** Steps done in this training, this one included. */
  step: number;
  /** Pictures of the step, padding not counted. */
  pictures: number;
  /** How many of them were classified as their label says. */
  correct: number;
  /** Sum of the targets: what `loss` weighs. */
  weight: number;
  loss: number;
  gradientNorm: number;
  /** Of the weights before the step; left out where none is. */
  penalty?: number;
  learningRate: number;
}

/** How much there is to do, if nothing stops it before. */
export interface TrainingTotal {
  epochs: number;
  stepsPerEpoch: number;
  picturesPerEpoch: number;
  batchSize: number;
}

/** Says how far a training is and how it goes, from the first batch on. */
export class TrainingProgress {
  readonly #isReported: (step: number) => boolean;
  readonly #isEpochReported: (epoch: number) => boolean;
  readonly #recent: { pictures: number; ms: number }[] = [];
  #clockMs = performance.now();
  #validationMs = 0;

  constructor(
    private readonly on: Partial<TrainingReporter>,
    private readonly total: TrainingTotal,
    readonly state: SmoothedState = { loss: 0, weight: 0, correct: 0, pictures: 0 },
  ) {
    this.#isReported = thinReports(total.stepsPerEpoch * total.epochs, reportedSteps);
    this.#isEpochReported = thinReports(total.epochs, reportedSteps);
  }

  observeStep(report: StepReport): void {
    const { step, pictures, correct, weight, loss } = report;
    const { state } = this;
    state.loss = memory * state.loss + loss * weight;
    state.weight = memory * state.weight + weight;
    state.correct = memory * state.correct + correct;
    state.pictures = memory * state.pictures + pictures;
    this.#recent.push({ pictures, ms: this.#lap() });
    if (this.#recent.length > speedSteps) this.#recent.shift();

    const done = this.picturesAfter(step);
    const left = this.total.picturesPerEpoch * this.total.epochs - done;
    this.on.progress?.('training', done, done + left);
    if (!this.#isReported(step)) return;
    const imagesPerSecond = this.imagesPerSecond();
    const validationsLeft = this.total.epochs - Math.floor(step / this.total.stepsPerEpoch);
    this.on.metric?.('train/loss', state.loss / state.weight, step);
    this.on.metric?.('train/accuracy', state.correct / state.pictures, step);
    this.on.metric?.('train/learningRate', report.learningRate, step);
    this.on.metric?.('train/gradientNorm', report.gradientNorm, step);
    if (report.penalty !== undefined) this.on.metric?.('train/penalty', report.penalty, step);
    this.on.metric?.('train/imagesPerSecond', imagesPerSecond, step);
    this.on.metric?.(
      'train/secondsLeft',
      left / imagesPerSecond + (validationsLeft * this.#validationMs) / 1000,
      step,
    );
  }

  /** @param epoch 0 for the weights that training started from */
  observeValidation(epoch: number, step: number, validation: ValidationScore): void {
    this.#validationMs = this.#lap();
    if (epoch > 0 && !this.#isEpochReported(epoch)) return;
    this.on.metric?.('validation/loss', validation.loss, step);
    this.on.metric?.('validation/calibratedLoss', validation.calibratedLoss, step);
    this.on.metric?.('validation/accuracy', validation.accuracy, step);
  }

  private picturesAfter(step: number): number {
    const { stepsPerEpoch, picturesPerEpoch, batchSize } = this.total;
    return Math.floor(step / stepsPerEpoch) * picturesPerEpoch + (step % stepsPerEpoch) * batchSize;
  }

  private imagesPerSecond(): number {
    const pictures = this.#recent.reduce((sum, lap) => sum + lap.pictures, 0);
    const ms = this.#recent.reduce((sum, lap) => sum + lap.ms, 0);
    return (1000 * pictures) / Math.max(ms, 1e-3);
  }

  #lap(): number {
    const now = performance.now();
    const ms = now - this.#clockMs;
    this.#clockMs = now;
    return ms;
  }
}
