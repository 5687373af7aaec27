import { inputOf, numberOf, type LoweringContext, type OperationTable } from '../lowering-context.js';
import type { RecordedValue } from '../../record/recorded-graph.js';
import { lowerElementwise } from './elementwise-layout.js';

/** The operations that the simplification makes of rectifiers and their gradients. */
export const rectifierOperations: OperationTable = {
  ClippedRelu: clippedRelu,
  ReluGradient: reluGradient,
};

/** As large as keeps every product with a number near the ceiling finite and exact. */
const steep = 2 ** 60;
/** Makes 1 or more of the smallest normal number. */
const steepest = 2 ** 126;

function clippedRelu(value: RecordedValue, context: LoweringContext): void {
  const { onnx } = context;
  lowerElementwise(value, [inputOf(value, 'x')], context, ([x = '']) =>
    onnx.node('Clip', [x, onnx.scalar(0), onnx.scalar(numberOf(value, 'ceiling'))]),
  );
}

/**
 * dy where 0 < y, and y < ceiling if there is one. A hard sigmoid, `clip(alpha · y + beta, 0, 1)`, that is steep enough
 * is a comparison that gives numbers: one pass over memory instead of comparing, casting and multiplying.
 */
function reluGradient(value: RecordedValue, context: LoweringContext): void {
  const { onnx } = context;
  const ceiling = value.attributes['ceiling'];
  lowerElementwise(value, [inputOf(value, 'dy'), inputOf(value, 'y')], context, ([dy = '', y = '']) => {
    const isPositive = onnx.node('HardSigmoid', [y], { alpha: { float: steepest }, beta: { float: 0 } });
    const passed = onnx.node('Mul', [dy, isPositive]);
    if (typeof ceiling !== 'number') return passed;
    const isBelow = onnx.node('HardSigmoid', [y], {
      alpha: { float: -steep },
      beta: { float: ceiling * steep },
    });
    return onnx.node('Mul', [passed, isBelow]);
  });
}
