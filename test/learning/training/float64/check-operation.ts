import { recordProgram } from '../../../../src/learning/training/record/record-program.js';
import { drawInputs, spread } from './draw-inputs.js';
import { differenceError, dot } from './finite-differences.js';
import { asDoubles } from './as-doubles.js';
import { interpret } from './interpret.js';
import { forwardProgram, gradientProgram, type OperationCase } from './operation-case.js';
import { relativeError } from './relative-error.js';
import { runLowered } from './run-lowered.js';

/** How far off each way to compute an operation is, as a share of the tensor's norm. */
export interface OperationErrors {
  /** Value of the compiled operation, against float64. */
  value: number;
  /** tfjs' gradient in float64, against central differences in float64. Undefined where there is none, or corners. */
  gradientFormula?: number;
  /** Gradient of the compiled operation, the worst of its inputs, against float64. */
  gradient?: number;
}

/** Computes one operation in every way. */
export async function checkOperation(operation: OperationCase, blockSize = 0): Promise<OperationErrors> {
  const forward = recordProgram(forwardProgram(operation));
  const drawn = drawInputs(operation);
  const exact = interpret(forward, asDoubles(drawn));
  const value = exact['value'] ?? new Float64Array();
  const lowered = await runLowered(forward, drawn, { blockSize });
  const errors: OperationErrors = { value: relativeError(lowered['value'] ?? new Float32Array(), value) };
  if (operation.withoutGradient === true) return errors;

  const backward = recordProgram(gradientProgram(operation));
  const upstream = spread(value.length, -1.0173, 0.9871, 50);
  const gradient = interpret(backward, asDoubles({ ...drawn, upstream }));
  const byInput = Object.fromEntries(
    Object.keys(operation.inputs).map((name) => [name, gradient[`gradient/${name}`] ?? new Float64Array()]),
  );
  const single = await runLowered(backward, { ...drawn, upstream }, { blockSize });
  return {
    ...errors,
    ...(operation.hasCorners !== true && {
      gradientFormula: differenceError(
        (at) => dot(interpret(forward, at)['value'], Float64Array.from(upstream)),
        asDoubles(drawn),
        byInput,
      ),
    }),
    gradient: Math.max(
      ...Object.entries(gradient).map(([name, tensor]) =>
        relativeError(single[name] ?? new Float32Array(), tensor),
      ),
    ),
  };
}
