import { describe, ownFunctionInvalid } from '../programs/own-function.js';
import type { StepResult, TrainingState } from '../engines/training-engine.js';
import { encodeCheckpoint, weightsOf } from './checkpoint/checkpoint.js';
import { CheckpointSaver } from './checkpoint/checkpoint-saver.js';
import type { ChosenPictures } from './batches/choose-validation.js';
import { DivergenceWatch } from './watch/divergence.js';
import { EarlyStopping } from './watch/early-stopping.js';
import { emptyEpoch, startOfTraining, type LoopState } from './checkpoint/loop-state.js';
import type { ResumedTraining } from './checkpoint/resume-training.js';
import { countCorrect, scoreClassifier } from './watch/score-classifier.js';
import type { LabelledBatch, TrainingBatches } from './batches/training-batches.js';
import { TrainingProgress } from './watch/training-progress.js';
import type {
  ClassifierScore,
  EpochRecord,
  TrainingOutcome,
  TrainingRun,
  ValidationScore,
} from './training-run.js';

/** What a training keeps between its steps: sums, the best weights, and those who watch. */
export class TrainingUnderWay {
  private readonly loop: LoopState;
  private bestWeights: Record<string, Float32Array> | null;
  private readonly resumedAtStep: number;
  private readonly stopping: EarlyStopping;
  private readonly divergence: DivergenceWatch;
  private readonly progress: TrainingProgress;
  private readonly saver: CheckpointSaver | undefined;
  private lapMs = performance.now();
  /** By the strategy. */
  private isStopped = false;

  constructor(
    private readonly run: TrainingRun,
    private readonly pictures: ChosenPictures,
    private readonly batches: TrainingBatches,
    private readonly identity: Record<string, string>,
    resumed: ResumedTraining | undefined,
  ) {
    const { recipe, numClasses, on = {}, checkpoints } = run;
    const { stepsPerEpoch, picturesPerEpoch } = batches;
    const { epochs, batchSize, schedule } = recipe;
    this.loop = resumed?.loop ?? startOfTraining();
    this.bestWeights = resumed?.bestWeights ?? null;
    this.resumedAtStep = this.loop.stepsDone;
    const { stopping, divergence, smoothed, stepsDone } = this.loop;
    const graceEpochs = typeof schedule === 'function' ? 0 : Math.ceil(schedule.warmupEpochs);
    this.stopping = new EarlyStopping(recipe.earlyStopping, graceEpochs, stopping);
    this.divergence = new DivergenceWatch(numClasses, divergence);
    const total = { epochs, stepsPerEpoch, picturesPerEpoch, batchSize };
    this.progress = new TrainingProgress(on, total, smoothed);
    if (checkpoints) this.saver = new CheckpointSaver(checkpoints, this.log, stepsDone);
    for (const record of this.loop.history) this.tell(record);
  }

  /** Steps of the optimizer done in this training. */
  get stepsDone(): number {
    return this.loop.stepsDone;
  }

  /** Whether waiting for better weights has come to its end, or the strategy has seen enough. */
  get isOver(): boolean {
    return this.stopping.shouldStop || this.isStopped;
  }

  /** Scores the weights that training starts from, where they may prove the best. */
  async begin(): Promise<void> {
    const { recipe } = this.run;
    const { stepsPerEpoch, picturesPerEpoch } = this.batches;
    if (this.stepsDone > 0) return;
    this.log(
      `Training on ${picturesPerEpoch} pictures: ${stepsPerEpoch} steps of ${recipe.batchSize} an epoch, up to ${recipe.epochs} epochs.`,
    );
    if (!recipe.startIsCandidate || this.pictures.validation === undefined) return;
    const validation = await this.validate(0, 0);
    if (this.stopping.state.bestEpoch === 0) await this.keepWeights();
    this.record({ epoch: 0, train: null, validation, learningRate: 0, seconds: this.lap() });
  }

  /** @throws ZooError TRAINING_DIVERGED */
  observeStep(batch: LabelledBatch, result: StepResult, learningRate: number): void {
    const { labels, weight } = batch;
    const { loss, penalty, gradientNorm, logits } = result;
    const epoch = 1 + Math.floor(this.loop.stepsDone / this.batches.stepsPerEpoch);
    const step = ++this.loop.stepsDone;
    this.divergence.observe({ step, epoch, learningRate, loss, gradientNorm });
    const correct = countCorrect(logits, labels, this.run.numClasses);
    const sums = this.loop.epoch;
    sums.loss += loss * weight;
    sums.weight += weight;
    sums.correct += correct;
    sums.pictures += labels.length;
    sums.seconds += this.lap();
    const pictures = labels.length;
    const found = { loss, gradientNorm, ...(penalty === undefined ? {} : { penalty }) };
    this.progress.observeStep({ step, pictures, correct, weight, ...found, learningRate });
  }

  /** Validates, keeps the weights where they are the best so far, and saves a checkpoint. */
  async endEpoch(learningRate: number): Promise<void> {
    const { loss, weight, correct, pictures, seconds } = this.loop.epoch;
    const epoch = this.stepsDone / this.batches.stepsPerEpoch;
    const validation = await this.validate(epoch, learningRate);
    const isBest = validation !== null && this.stopping.state.bestEpoch === epoch;
    const state = isBest ? await this.keepWeights() : undefined;
    const train = { loss: loss / weight, accuracy: correct / pictures };
    this.record({ epoch, train, validation, learningRate, seconds: seconds + this.lap() });
    this.loop.epoch = { ...emptyEpoch };
    await this.save(state);
    const record = this.loop.history.at(-1);
    if (record !== undefined) this.tell(record);
  }

  /** Inside an epoch: saves a checkpoint once enough time or steps have passed. */
  async saveIfDue(): Promise<void> {
    if (this.saver?.isDue(this.stepsDone) === true) await this.save();
  }

  /** Puts the best weights back, and sums up. */
  async finish(): Promise<TrainingOutcome> {
    const { step, recipe } = this.run;
    const last = await step.readState();
    const best = { step: last.step, tensors: { ...last.tensors, ...this.bestWeights } };
    if (this.bestWeights !== null) await step.writeState(best);
    await this.saver?.settle();
    const { history, stopping, stepsDone } = this.loop;
    const epochsRun = Math.floor(stepsDone / this.batches.stepsPerEpoch);
    const isEarly = this.isOver && epochsRun < recipe.epochs;
    const why = this.stopping.shouldStop ? 'early-stopping' : 'strategy';
    const outcome: TrainingOutcome = {
      best,
      bestEpoch: this.bestWeights === null ? epochsRun : stopping.bestEpoch,
      bestValidation: stopping.best,
      epochsRun,
      steps: stepsDone,
      history,
      stoppedBecause: isEarly ? why : 'epochs',
      validatedOn: this.pictures.validatedOn,
      resumedAtStep: this.resumedAtStep,
    };
    this.log(describeEnd(outcome));
    return outcome;
  }

  private async validate(epoch: number, learningRate: number): Promise<ValidationScore | null> {
    const { step, numClasses, recipe, signal } = this.run;
    const { validation: data } = this.pictures;
    if (data === undefined) return null;
    const score = await scoreClassifier({ step, data, numClasses, batchSize: recipe.batchSize, signal });
    this.divergence.observeValidation({ step: this.stepsDone, epoch, learningRate, loss: score.loss });
    this.progress.observeValidation(epoch, this.stepsDone, score);
    this.stopping.observe(epoch, score);
    return score;
  }

  private async keepWeights(): Promise<TrainingState> {
    const state = await this.run.step.readState();
    this.bestWeights = weightsOf(state.tensors);
    return state;
  }

  private async save(known?: TrainingState): Promise<void> {
    await this.saver?.save(async () => {
      const { identity, loop, bestWeights } = this;
      const state = known ?? (await this.run.step.readState());
      return encodeCheckpoint({ identity, loop, state, bestWeights });
    }, this.stepsDone);
  }

  private record(record: EpochRecord): void {
    this.loop.history.push(record);
    const isBest = record.validation !== null && this.stopping.state.bestEpoch === record.epoch;
    this.log(describeEpoch(record, this.run.recipe.epochs, isBest));
  }

  /** Asks the strategy whether to go on after an epoch. @throws ZooError TRAINING_FUNCTION_INVALID */
  private tell(record: EpochRecord): void {
    if (record.epoch === 0) return;
    const answer: unknown = this.run.recipe.onEpoch?.(structuredClone(record));
    if (answer === 'stop') this.isStopped = true;
    else if (answer !== undefined) {
      throw ownFunctionInvalid(
        'onEpoch',
        `gave ${describe(answer)} after epoch ${record.epoch}; 'stop' is expected, or nothing to go on.`,
      );
    }
  }

  /** Seconds since it was last asked. */
  private lap(): number {
    const seconds = (performance.now() - this.lapMs) / 1000;
    this.lapMs = performance.now();
    return seconds;
  }

  private readonly log = (message: string): void => this.run.on?.log?.(message);
}

function describeEpoch({ epoch, train, validation }: EpochRecord, epochs: number, isBest: boolean): string {
  const parts = [
    ...(train === null ? [] : [describeScore(train)]),
    ...(validation === null
      ? []
      : [`validation ${describeValidation(validation)}${isBest ? ', the best so far' : ''}`]),
  ];
  const when = epoch === 0 ? 'Before the first step' : `Epoch ${epoch} of ${epochs}`;
  return `${when}: ${parts.join('; ')}.`;
}

function describeEnd({ stoppedBecause, epochsRun, bestEpoch, bestValidation }: TrainingOutcome): string {
  const why = {
    epochs: 'All epochs are run',
    'early-stopping': `Stopped early after epoch ${epochsRun}`,
    strategy: `Stopped by the strategy after epoch ${epochsRun}`,
  }[stoppedBecause];
  if (bestValidation === null) return `${why}; the last weights are kept.`;
  const which = bestEpoch === 0 ? 'those that training started from' : `those of epoch ${bestEpoch}`;
  return `${why}; the best weights are ${which}: validation ${describeValidation(bestValidation)}.`;
}

function describeValidation(score: ValidationScore): string {
  return `${describeScore(score)}, calibrated loss ${score.calibratedLoss.toPrecision(4)}`;
}

function describeScore({ loss, accuracy }: ClassifierScore): string {
  return `loss ${loss.toPrecision(4)}, accuracy ${(100 * accuracy).toFixed(1)} %`;
}
