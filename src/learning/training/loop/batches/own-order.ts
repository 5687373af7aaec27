import { describe, ownFunctionInvalid } from '../../programs/own-function.js';
import type { EpochOrder } from './sample-order.js';

/**
 * An order of a strategy's own, held to what an order is whenever it is asked for.
 *
 * @param count pictures to train on.
 * @throws ZooError TRAINING_FUNCTION_INVALID
 */
export function ownOrder(order: (epoch: number) => EpochOrder, count: number): (epoch: number) => EpochOrder {
  let length: number | undefined;
  return (epoch) => {
    const given = checked(order(epoch), epoch, count);
    // Steps per epoch decide the schedule, and where a checkpoint stands.
    length ??= epoch === 0 ? given.rows.length : checked(order(0), 0, count).rows.length;
    if (given.rows.length === length) return given;
    throw refuse(epoch, `${given.rows.length} pictures, and ${length} for epoch 0; every epoch has as many.`);
  };
}

function checked(given: unknown, epoch: number, count: number): EpochOrder {
  const { rows, passes } = (given ?? {}) as { rows?: unknown; passes?: unknown };
  if (!(rows instanceof Int32Array) || !(passes instanceof Int32Array)) {
    const what = typeof given === 'object' && given !== null ? 'something' : describe(given);
    throw refuse(epoch, `${what} without rows and passes; both are expected, as Int32Array.`);
  }
  if (rows.length === 0 || passes.length !== rows.length) {
    throw refuse(
      epoch,
      `${rows.length} rows and ${passes.length} passes; as many of both are expected, and at least one.`,
    );
  }
  const row = rows.find((value) => value < 0 || value >= count);
  if (row !== undefined) throw refuse(epoch, `row ${row}; rows from 0 to ${count - 1} are expected.`);
  const pass = passes.find((value) => value < 0);
  if (pass !== undefined) throw refuse(epoch, `pass ${pass}; 0 or more is expected.`);
  return { rows, passes };
}

function refuse(epoch: number, what: string) {
  return ownFunctionInvalid('order', `gave for epoch ${epoch} ${what}`, { epoch });
}
