import type { Tensor } from '@tensorflow/tfjs-core';
import { ZooError } from '../../../errors.js';
import { ValueReadError, type OwnFunction } from '../tensor-program.js';

/** What is wrong with a function of a strategy, or with what it gave. */
export function ownFunctionInvalid(
  name: OwnFunction,
  what: string,
  details: Record<string, unknown> = {},
): ZooError {
  return new ZooError('TRAINING_FUNCTION_INVALID', `The strategy's function ${name} ${what}`, {
    function: name,
    ...details,
  });
}

/**
 * What a function of a strategy gave, if it is a float32 tensor of that shape.
 *
 * @param of what the tensor stands for, for the message: `one loss for each row`
 * @throws ZooError TRAINING_FUNCTION_INVALID
 */
export function requireTensor(name: OwnFunction, given: unknown, shape: number[], of: string): Tensor {
  const wanted = `a float32 tensor of shape [${shape.join(', ')}] is expected: ${of}.`;
  if (!isTensor(given)) throw ownFunctionInvalid(name, `gave ${describe(given)}; ${wanted}`);
  const isOfShape =
    given.shape.length === shape.length && given.shape.every((extent, axis) => extent === shape[axis]);
  if (isOfShape && given.dtype === 'float32') return given;
  throw ownFunctionInvalid(
    name,
    `gave a tensor of type ${given.dtype} and shape [${given.shape.join(', ')}]; ${wanted}`,
  );
}

/** Not `instanceof`: a strategy's tensors may be of another copy of tfjs-core. */
function isTensor(given: unknown): given is Tensor {
  return typeof given === 'object' && given !== null && 'dataId' in given && 'shape' in given;
}

/**
 * The error as it is; or what it means where a program read a value and functions of a strategy are part of it.
 *
 * @param ownFunctions of the program.
 */
export function explainValueRead(error: unknown, [name, ...others]: readonly OwnFunction[] = []): unknown {
  if (!(error instanceof ValueReadError) || name === undefined) return error;
  const orOthers = others.length === 0 ? '' : ` (or ${others.join(', ')})`;
  return ownFunctionInvalid(
    name,
    `reads a tensor's value${orOthers}, by dataSync or the like. It is recorded once, before there are values: write it in tfjs' operations only.`,
  );
}

/** A value in a few words, for messages. */
export function describe(given: unknown): string {
  if (given === null || given === undefined || typeof given === 'number') return String(given);
  if (typeof given === 'string') return JSON.stringify(given.slice(0, 40));
  if (given instanceof Promise) return 'a Promise';
  return Array.isArray(given) ? 'an array' : `a value of type ${typeof given}`;
}
