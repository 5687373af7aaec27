import { crossEntropy, fitTemperature } from '../../../evaluation/fit-temperature.js';
import type { TrainingData } from '../../data/training-data.js';
import type { TrainingStep } from '../../engines/training-engine.js';
import { readAhead } from '../batches/read-ahead.js';
import type { ValidationScore } from '../training-run.js';

export interface ScoringRun {
  step: TrainingStep;
  data: TrainingData;
  numClasses: number;
  /** Pictures scored at once. */
  batchSize: number;
  signal?: AbortSignal;
}

/**
 * Scores a network under training on pictures that it is not trained on, each as it is: not augmented, not weighted.
 *
 * @throws ZooError IMAGE_UNREADABLE; `signal.reason` when aborted
 */
export async function scoreClassifier(run: ScoringRun): Promise<ValidationScore> {
  const { step, data, numClasses, batchSize, signal } = run;
  const rowsOf = (batch: number) => {
    const start = batch * batchSize;
    return Array.from({ length: Math.min(batchSize, data.count - start) }, (_, at) => start + at);
  };
  const batches = readAhead(
    0,
    Math.ceil(data.count / batchSize),
    async (batch, stop) => ({ rows: rowsOf(batch), inputs: await data.read(rowsOf(batch), 0, stop) }),
    signal,
  );
  const logits = new Float32Array(data.count * numClasses);
  for await (const { rows, inputs } of batches) {
    logits.set(await step.score(inputs, rows.length), (rows[0] ?? 0) * numClasses);
  }
  const { temperature, loss: calibratedLoss } = fitTemperature(logits, data.labels);
  return {
    loss: crossEntropy(logits, data.labels),
    accuracy: countCorrect(logits, data.labels, numClasses) / data.count,
    temperature,
    calibratedLoss,
  };
}

/**
 * How many rows have their highest logit at their label; of several equal ones the first counts.
 *
 * @param logits float32 [rows, numClasses]; rows after the last label are left out
 */
export function countCorrect(logits: Float32Array, labels: Int32Array, numClasses: number): number {
  return labels.reduce((correct, label, row) => {
    const rowLogits = logits.subarray(row * numClasses, (row + 1) * numClasses);
    let likeliest = 0;
    rowLogits.forEach((logit, at) => {
      if (logit > (rowLogits[likeliest] ?? Number.NaN)) likeliest = at;
    });
    return correct + (likeliest === label ? 1 : 0);
  }, 0);
}
