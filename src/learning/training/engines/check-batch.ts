import type { TrainingBatch, TrainingSpec } from './training-engine.js';

/**
 * Holds a batch to the spec that the step was prepared for: an engine given too few numbers would read others' memory,
 * or train on zeros, without a word.
 *
 * @throws RangeError a mistake of the calling code
 */
export function checkBatch({ network, batchSize }: TrainingSpec, { inputs, targets }: TrainingBatch): void {
  checkLength('inputs', inputs.length, [batchSize, ...network.inputShape]);
  checkLength('targets', targets.length, [batchSize, network.numClasses]);
}

/** The same of inputs to be scored. @throws RangeError */
export function checkScoreInputs({ network }: TrainingSpec, inputs: Float32Array, count: number): void {
  if (!Number.isInteger(count) || count < 0)
    throw new RangeError(`count is ${count}; a whole number is expected`);
  checkLength('inputs', inputs.length, [count, ...network.inputShape]);
}

function checkLength(what: string, length: number, shape: number[]): void {
  const expected = shape.reduce((product, extent) => product * extent, 1);
  if (length === expected) return;
  throw new RangeError(`${what} holds ${length} numbers; [${shape.join(', ')}] takes ${expected}`);
}
