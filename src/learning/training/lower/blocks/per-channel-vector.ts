import type { RecordedValue } from '../../record/recorded-graph.js';
import { sizeOf } from '../layout.js';
import type { LoweringContext } from '../lowering-context.js';

/** An operand that has one number for each of a picture's channels, as a tensor [channels]. */
export function perChannelVector(
  operand: RecordedValue,
  picture: RecordedValue,
  { onnx, values }: LoweringContext,
): string | undefined {
  const channels = picture.shape[3] ?? 0;
  if (operand.shape.at(-1) !== channels || sizeOf(operand.shape) !== channels || channels === 1)
    return undefined;
  const name = values.readPlain(operand);
  return operand.shape.length === 1 ? name : onnx.reshape(name, [channels]);
}
