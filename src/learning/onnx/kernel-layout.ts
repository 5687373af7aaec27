/** Reorders convolution kernels from Keras' layouts to ONNX'. */

/** [height, width, in, out] → [out, in, height, width]. */
export function kernelToOnnx(kernel: Float32Array, shape: number[]): Float32Array {
  return permute(kernel, shape, [3, 2, 0, 1]);
}

/** [height, width, channels, multiplier] → [channels · multiplier, 1, height, width]. */
export function depthwiseKernelToOnnx(kernel: Float32Array, shape: number[]): Float32Array {
  return permute(kernel, shape, [2, 3, 0, 1]);
}

/** [height, width, out, in] → [in, out, height, width]. */
export function transposedKernelToOnnx(kernel: Float32Array, shape: number[]): Float32Array {
  return permute(kernel, shape, [3, 2, 0, 1]);
}

function permute(
  source: Float32Array,
  shape: number[],
  order: [number, number, number, number],
): Float32Array {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, n) => product * n, 1));
  const [d0, d1, d2, d3] = order.map((axis) => shape[axis] ?? 1) as [number, number, number, number];
  const [s0, s1, s2, s3] = order.map((axis) => strides[axis] ?? 1) as [number, number, number, number];
  const target = new Float32Array(source.length);
  let write = 0;
  for (let i = 0; i < d0; i++) {
    for (let j = 0; j < d1; j++) {
      for (let k = 0; k < d2; k++) {
        for (let l = 0; l < d3; l++) target[write++] = source[i * s0 + j * s1 + k * s2 + l * s3] ?? 0;
      }
    }
  }
  return target;
}
