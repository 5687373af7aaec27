import type { RecordedValue } from '../../record/recorded-graph.js';
import type { LoweringContext } from '../lowering-context.js';
import { gatherByChannel, rectifyByChannel } from './channel-affine.js';
import { postponeProduct } from './channel-sums.js';

/** Takes an operation on pictures in blocks that there is a better way for than to go through them element by element. */
export function lowerInBlocks(
  value: RecordedValue,
  operands: readonly RecordedValue[],
  context: LoweringContext,
): boolean {
  const [a, b = a] = operands;
  if (a === undefined || b === undefined || !operands.some((operand) => context.values.isBlocked(operand))) {
    return false;
  }
  switch (value.op) {
    case 'Add':
    case 'Sub':
      return gatherByChannel(value, context);
    case 'Multiply':
      return gatherByChannel(value, context) || postponeProduct(value, [a, b], context);
    case 'Square':
      return postponeProduct(value, [a, a], context);
    case 'Relu':
    case 'ClippedRelu':
      return rectifyByChannel(value, context);
    default:
      return false;
  }
}
