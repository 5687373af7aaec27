import { ZooError } from '../../../errors.js';
import type { TrainingState } from './training-engine.js';

/**
 * Holds a state that was kept to the tensors that this training changes.
 *
 * @param expected number of elements of each tensor, by name
 * @throws ZooError CHECKPOINT_INVALID naming the first tensor that is missing, left over or of another size
 */
export function checkState(state: TrainingState, expected: ReadonlyMap<string, number>): void {
  const refuse = (what: string) => {
    throw new ZooError(
      'CHECKPOINT_INVALID',
      `The checkpoint is of another network or optimizer: ${what}. Train from the start.`,
    );
  };
  if (!Number.isSafeInteger(state.step) || state.step < 0) refuse(`it has done ${state.step} steps`);
  for (const [name, size] of expected) {
    const tensor = state.tensors[name];
    if (tensor === undefined) refuse(`it lacks ${name}`);
    else if (tensor.length !== size) refuse(`${name} has ${tensor.length} elements and here ${size}`);
  }
  const left = Object.keys(state.tensors).find((name) => !expected.has(name));
  if (left !== undefined) refuse(`it holds ${left}`);
}
