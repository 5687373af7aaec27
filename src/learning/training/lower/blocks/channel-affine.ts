import type { Attribute } from '../../../onnx/onnx-model.js';
import type { RecordedValue } from '../../record/recorded-graph.js';
import { inputOf, type LoweringContext } from '../lowering-context.js';
import { perChannelVector } from './per-channel-vector.js';
import { fillBlock, padVector } from './blocked-filters.js';
import { rectifierAttributes } from './fuse-activation.js';

/**
 * A picture in blocks as a sum of pictures, each scaled by channel, plus a shift by channel: Σ scale · picture + shift. So
 * batch normalisation reads in all its steps. Additions and multiplications by channel are gathered in this form and
 * computed where the result is first needed, in one pass over memory: a depthwise convolution of 1 × 1 multiplies and
 * adds by channel, adds another picture, and rectifies.
 */
export interface ChannelAffine {
  terms: Term[];
  /** A number per channel; left out: zero. */
  shift?: string;
}

interface Term {
  picture: RecordedValue;
  /** A number per channel; left out: one. */
  scale?: string;
}

/** What a convolution can add up in one pass. */
const mostTerms = 2;

/** Takes an addition, subtraction or multiplication by channel, or of pictures in that form, and computes nothing yet. */
export function gatherByChannel(value: RecordedValue, context: LoweringContext): boolean {
  const form = gathered(value, context);
  if (form === undefined) return false;
  context.affine.set(value, form);
  context.values.defineBlockedLater(value, () => compute(form, value, {}, context));
  return true;
}

/** A rectifier of such a form, as part of its computation. */
export function rectifyByChannel(value: RecordedValue, context: LoweringContext): boolean {
  const x = inputOf(value, 'x');
  const form = openForm(x, context);
  if (form === undefined || (context.readers.get(x)?.length ?? 0) > 1) return false;
  context.values.defineBlocked(value, compute(form, value, rectifierAttributes(value), context));
  return true;
}

function gathered(value: RecordedValue, context: LoweringContext): ChannelAffine | undefined {
  const { op, shape } = value;
  const { a, b } = value.inputs;
  const isArithmetic = op === 'Add' || op === 'Sub' || op === 'Multiply';
  if (!isArithmetic || a === undefined || b === undefined || shape.length !== 4) return undefined;
  if (isPictureOf(value, a, context)) {
    const vector = perChannelVector(b, value, context);
    if (vector !== undefined) return withVector(op, formOf(a, context), vector, context);
    return isPictureOf(value, b, context) ? ofPictures(op, a, b, context) : undefined;
  }
  if (op === 'Sub' || !isPictureOf(value, b, context)) return undefined;
  const vector = perChannelVector(a, value, context);
  return vector === undefined ? undefined : withVector(op, formOf(b, context), vector, context);
}

function isPictureOf(value: RecordedValue, operand: RecordedValue, { values }: LoweringContext): boolean {
  return values.isBlocked(operand) && operand.shape.join() === value.shape.join();
}

function withVector(
  op: 'Add' | 'Sub' | 'Multiply',
  { terms, shift }: ChannelAffine,
  vector: string,
  { onnx }: LoweringContext,
): ChannelAffine {
  const times = (factor: string | undefined) =>
    factor === undefined ? vector : onnx.node('Mul', [factor, vector]);
  if (op === 'Multiply') {
    return {
      terms: terms.map(({ picture, scale }) => ({ picture, scale: times(scale) })),
      ...(shift === undefined ? {} : { shift: times(shift) }),
    };
  }
  const signed = op === 'Add' ? vector : onnx.node('Neg', [vector]);
  return { terms, shift: shift === undefined ? signed : onnx.node('Add', [shift, signed]) };
}

/** Two pictures, at least one of which has not been computed: else the sum alone is the least work. */
function ofPictures(
  op: 'Add' | 'Sub' | 'Multiply',
  a: RecordedValue,
  b: RecordedValue,
  context: LoweringContext,
): ChannelAffine | undefined {
  const isOpen = [a, b].some((operand) => openForm(operand, context) !== undefined);
  if (op === 'Multiply' || !isOpen) return undefined;
  const [left, right] = [formOf(a, context), formOf(b, context)];
  if (left.terms.length + right.terms.length > mostTerms) return undefined;
  const added = op === 'Add' ? right : negated(right, b, context);
  const shifts = [left.shift, added.shift].filter((shift) => shift !== undefined);
  const [first, second] = shifts;
  const shift = second === undefined ? first : context.onnx.node('Add', shifts);
  return { terms: [...left.terms, ...added.terms], ...(shift === undefined ? {} : { shift }) };
}

function negated(form: ChannelAffine, { shape }: RecordedValue, context: LoweringContext): ChannelAffine {
  const channels = shape[3] ?? 0;
  return withVector(
    'Multiply',
    form,
    context.onnx.constant(new Float32Array(channels).fill(-1), [channels]),
    context,
  );
}

/** The form of a value that has not been computed. */
function openForm(value: RecordedValue, { affine, values }: LoweringContext): ChannelAffine | undefined {
  return values.isComputedInBlocks(value) ? undefined : affine.get(value);
}

function formOf(value: RecordedValue, context: LoweringContext): ChannelAffine {
  return openForm(value, context) ?? { terms: [{ picture: value }] };
}

function compute(
  { terms, shift }: ChannelAffine,
  { shape }: RecordedValue,
  activation: Record<string, Attribute>,
  context: LoweringContext,
): string {
  const { onnx, values } = context;
  const channels = shape[3] ?? 0;
  const filled = fillBlock(channels, values.blockSize);
  // A picture that is only added is read by the convolution of the other.
  const [first, second] = [...terms].sort(
    (a, b) => Number(b.scale !== undefined) - Number(a.scale !== undefined),
  );
  if (first === undefined) throw new Error('a sum of no pictures');
  const convolve = ({ picture, scale }: Term, further: string[], attributes: Record<string, Attribute>) => {
    const ones = onnx.constant(new Float32Array(filled).fill(1), [filled]);
    const factors = scale === undefined ? ones : padVector(scale, channels, context);
    return onnx.node(
      'Conv',
      [values.readBlocked(picture), onnx.reshape(factors, [filled, 1, 1, 1]), ...further],
      { ...pointwise, group: filled, ...attributes },
      'com.microsoft.nchwc',
    );
  };
  const moved = shift === undefined ? '' : padVector(shift, channels, context);
  if (second === undefined) return convolve(first, moved === '' ? [] : [moved], activation);
  const added = second.scale === undefined ? values.readBlocked(second.picture) : convolve(second, [], {});
  return convolve(first, [moved, added], activation);
}

const pointwise = { kernel_shape: [1, 1], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0] };
