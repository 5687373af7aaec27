import type { RecordedValue } from '../../record/recorded-graph.js';
import { inputOf, type LoweringContext } from '../lowering-context.js';
import { fillBlock } from './blocked-filters.js';

/**
 * The gradient of a rectifier with a ceiling: dy where y lies between 0 and the ceiling, hence nearer than half of it to
 * its half. The distance, |y − ceiling / 2|, takes one pass as a convolution of 1 × 1 with a leaky rectifier of slope −1,
 * and one comparison is left of two. A y within rounding of ceiling / 2 from a corner counts as on it.
 */
export function blockedClippedGradient(value: RecordedValue, context: LoweringContext): boolean {
  const { onnx, values } = context;
  const ceiling = value.attributes['ceiling'];
  const [dy, y] = [inputOf(value, 'dy'), inputOf(value, 'y')];
  if (typeof ceiling !== 'number' || !values.isBlocked(y) || dy.shape.join() !== y.shape.join()) return false;
  const channels = fillBlock(y.shape[3] ?? 0, values.blockSize);
  const perChannel = (number: number, shape: number[]) =>
    onnx.constant(new Float32Array(channels).fill(number), shape);
  const distance = onnx.node(
    'Conv',
    [values.readBlocked(y), perChannel(1, [channels, 1, 1, 1]), perChannel(-ceiling / 2, [channels])],
    {
      kernel_shape: [1, 1],
      strides: [1, 1],
      dilations: [1, 1],
      pads: [0, 0, 0, 0],
      group: channels,
      activation: 'LeakyRelu',
      activation_params: { floats: [-1] },
    },
    'com.microsoft.nchwc',
  );
  const isInside = onnx.node('HardSigmoid', [distance], {
    alpha: { float: -steep },
    beta: { float: (ceiling / 2) * steep },
  });
  values.defineBlocked(value, onnx.node('Mul', [values.readBlocked(dy), isInside]));
  return true;
}

/** Makes a comparison of the hard sigmoid, clip(alpha · x + beta, 0, 1), and keeps its products exact. */
const steep = 2 ** 60;
