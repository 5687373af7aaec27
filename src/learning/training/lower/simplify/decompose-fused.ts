import type { RecordedValue } from '../../record/recorded-graph.js';
import type { GraphEditor, NewValue } from './graph-editor.js';

const plainKernel: Record<string, string> = {
  FusedConv2D: 'Conv2D',
  FusedDepthwiseConv2D: 'DepthwiseConv2dNative',
  _FusedMatMul: 'BatchMatMul',
};
const activationKernels: Record<string, string> = {
  elu: 'Elu',
  relu: 'Relu',
  relu6: 'Relu6',
  sigmoid: 'Sigmoid',
};

/** tfjs' kernels that do several things at once, as those things one by one, so that the other rules see them. */
export function decomposeFused(value: NewValue, editor: GraphEditor): RecordedValue | undefined {
  if (value.op === 'FusedBatchNorm') return decomposeBatchNormalization(value, editor);
  const op = plainKernel[value.op];
  if (op === undefined) return undefined;
  const { bias, preluActivationWeights, ...inputs } = value.inputs ?? {};
  const { activation, leakyreluAlpha, ...attributes } = value.attributes ?? {};
  const product = editor.make({ ...value, op, inputs, attributes });
  const shifted = bias === undefined ? product : editor.binary('Add', product, bias);
  if (activation === undefined || activation === null || activation === 'linear') return shifted;
  if (activation === 'leakyrelu') {
    const { shape, dtype } = value;
    return editor.make({
      op: 'LeakyRelu',
      inputs: { x: shifted },
      attributes: { alpha: leakyreluAlpha },
      shape,
      dtype,
    });
  }
  if (activation === 'prelu' && preluActivationWeights !== undefined) {
    const inputs = { x: shifted, alpha: preluActivationWeights };
    return editor.make({ op: 'Prelu', inputs, shape: value.shape, dtype: value.dtype });
  }
  const kernel = activationKernels[String(activation)];
  if (kernel === undefined)
    throw new Error(`a fused kernel has the unknown activation ${String(activation)}`);
  return editor.unary(kernel, shifted);
}

/** (x − mean) · scale / √(variance + ε) + offset. */
function decomposeBatchNormalization(value: NewValue, editor: GraphEditor): RecordedValue | undefined {
  const { x, mean, variance, scale, offset } = value.inputs ?? {};
  if (x === undefined || mean === undefined || variance === undefined) return undefined;
  const epsilon = editor.fill(Number(value.attributes?.['varianceEpsilon'] ?? 0), []);
  const deviation = editor.unary('Rsqrt', editor.binary('Add', variance, epsilon));
  const factor = scale === undefined ? deviation : editor.binary('Multiply', deviation, scale);
  const scaled = editor.binary('Multiply', editor.binary('Sub', x, mean), factor);
  return offset === undefined ? scaled : editor.binary('Add', scaled, offset);
}
