import type { RecordedValue } from '../../record/recorded-graph.js';
import { lowerInBlocks } from '../blocks/elementwise-in-blocks.js';
import { plainLayout, sizeOf, type Layout } from '../layout.js';
import type { LoweringContext } from '../lowering-context.js';
import { isConstant } from '../value-forms.js';

/**
 * Lowers an operation that goes through its operands element by element: in the order in which the largest of them
 * lies already, so that nothing is moved. Operands of fewer axes, or with axes of length 1, are stretched.
 *
 * @param emit adds the nodes, from the operands' names in the graph to the result's.
 */
export function lowerElementwise(
  value: RecordedValue,
  operands: RecordedValue[],
  context: LoweringContext,
  emit: (names: string[]) => string,
): void {
  const { values } = context;
  if (lowerInBlocks(value, operands, context)) return;
  if (staysInBlocks(value, operands, context)) {
    const names = operands.map((operand) =>
      isSingle(operand) ? values.readSingle(operand, 4) : values.readBlocked(operand),
    );
    values.defineBlocked(value, emit(names));
    return;
  }
  const rank = value.shape.length;
  const layout = chooseLayout(value, operands, context);
  const names = operands.map((operand) =>
    isSingle(operand) && sizeOf(value.shape) > 1
      ? values.readSingle(operand, rank)
      : values.read(values.withRank(operand, rank), layout),
  );
  values.define(value, layout, emit(names));
}

function chooseLayout(value: RecordedValue, operands: RecordedValue[], { values }: LoweringContext): Layout {
  const rank = value.shape.length;
  const candidates = operands.filter((operand) => operand.shape.length === rank && !isConstant(operand));
  const largest = candidates.reduce<RecordedValue | undefined>(
    (best, next) => (best === undefined || sizeOf(next.shape) > sizeOf(best.shape) ? next : best),
    undefined,
  );
  return largest === undefined ? plainLayout(rank) : values.layoutOf(largest);
}

/**
 * Blocks mix the channels into the last axis: only operands of the same shape and single numbers go with them. What a
 * block is filled up with must stay zero.
 */
function staysInBlocks(
  value: RecordedValue,
  operands: RecordedValue[],
  { values }: LoweringContext,
): boolean {
  const channels = value.shape[3] ?? 0;
  return (
    value.shape.length === 4 &&
    operands.some((operand) => values.isBlocked(operand)) &&
    operands.every((operand) => isSingle(operand) || operand.shape.join() === value.shape.join()) &&
    (values.channelsFillBlocks(channels) || (keepsZero.has(value.op) && !operands.some(isSingle)))
  );
}

const keepsZero = new Set(['Add', 'AddN', 'ClippedRelu', 'Multiply', 'Relu', 'ReluGradient', 'Sub']);

function isSingle(operand: RecordedValue): boolean {
  return sizeOf(operand.shape) === 1;
}
