import type { RecordedValue } from '../record/recorded-graph.js';
import type { ChannelAffine } from './blocks/channel-affine.js';
import type { OnnxEmitter } from './onnx-emitter.js';
import type { ValueForms } from './value-forms.js';

/** What the lowering of an operation works with. */
export interface LoweringContext {
  onnx: OnnxEmitter;
  values: ValueForms;
  /** Who reads a value. */
  readers: ReadonlyMap<RecordedValue, readonly RecordedValue[]>;
  /** Pictures in blocks that are sums by channel of others. */
  affine: Map<RecordedValue, ChannelAffine>;
  /** Pictures in blocks that are products of two others. */
  products: Map<RecordedValue, [RecordedValue, RecordedValue]>;
}

/** Adds an operation to the ONNX graph and says where its result is (`context.values.define`). */
export type OperationLowering = (value: RecordedValue, context: LoweringContext) => void;

/** By tfjs' kernel name. */
export type OperationTable = Record<string, OperationLowering>;

/** An operation's input. @throws when the kernel was recorded without it: a fault of the recording. */
export function inputOf(value: RecordedValue, name: string): RecordedValue {
  const input = value.inputs[name];
  if (input === undefined) throw new Error(`${value.op} was recorded without its input ${name}`);
  return input;
}

/** A list of tensors, in order. */
export function inputList(value: RecordedValue): RecordedValue[] {
  return Object.keys(value.inputs)
    .sort((a, b) => Number(a) - Number(b))
    .map((name) => inputOf(value, name));
}

export function numberOf(value: RecordedValue, attribute: string, otherwise = 0): number {
  const given = value.attributes[attribute];
  return typeof given === 'number' ? given : otherwise;
}

export function numbersOf(value: RecordedValue, attribute: string): number[] {
  const given = value.attributes[attribute];
  if (typeof given === 'number') return [given];
  return Array.isArray(given) ? given.map(Number) : [];
}
