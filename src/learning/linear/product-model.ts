import { encodeOnnxModel, type OnnxPort } from '../onnx/onnx-model.js';

/** Which operand is read transposed. Nothing is copied for it. */
export type ProductForm = 'plain' | 'left-transposed' | 'right-transposed';

/** An ONNX model of one node: output = left · right, for matrices of any size. */
export function encodeProductModel(form: ProductForm, precision: 'float32' | 'float64'): Uint8Array {
  const matrix = (name: string): OnnxPort => ({
    name,
    type: precision,
    shape: [`${name}Rows`, `${name}Columns`],
  });
  const operands = { inputs: ['left', 'right'], outputs: ['output'] };
  return encodeOnnxModel({
    nodes: [
      form === 'plain'
        ? { op: 'MatMul', ...operands, attributes: {} }
        : {
            op: 'Gemm',
            ...operands,
            attributes: form === 'left-transposed' ? { transA: 1 } : { transB: 1 },
          },
    ],
    tensors: [],
    inputs: [matrix('left'), matrix('right')],
    outputs: [matrix('output')],
  });
}
