import type { TrainingData } from '../../data/training-data.js';
import type { TrainingStep } from '../../engines/training-engine.js';
import { readAhead } from '../batches/read-ahead.js';
import type { ClassifierScore } from '../training-run.js';

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
export async function scoreClassifier(run: ScoringRun): Promise<ClassifierScore> {
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
  let loss = 0;
  let correct = 0;
  for await (const { rows, inputs } of batches) {
    const logits = await step.score(inputs, rows.length);
    const labels = Int32Array.from(rows, (row) => data.labels[row] ?? 0);
    labels.forEach((label, at) => {
      loss += crossEntropy(logits.subarray(at * numClasses, (at + 1) * numClasses), label);
    });
    correct += countCorrect(logits, labels, numClasses);
  }
  return { loss: loss / data.count, accuracy: correct / data.count };
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

/** −log softmax(logits)[label]; the largest logit is taken out first, so that no exponential overflows. */
function crossEntropy(logits: Float32Array, label: number): number {
  const highest = logits.reduce((max, logit) => Math.max(max, logit), Number.NEGATIVE_INFINITY);
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - highest), 0);
  return highest + Math.log(sum) - (logits[label] ?? Number.NaN);
}
