import { input, type Kernel64 } from './tensor64.js';

/** (x − mean) / √(variance + ε) · scale + offset, with one value of each for a channel. */
export const batchNormalization: Record<string, Kernel64> = {
  FusedBatchNorm: (call) => {
    const x = input(call, 'x');
    const mean = input(call, 'mean').values;
    const variance = input(call, 'variance').values;
    const { scale, offset } = call.inputs;
    const { varianceEpsilon } = call.attributes as { varianceEpsilon: number };
    const channels = x.shape.at(-1) ?? 1;
    for (const statistic of [mean, variance, scale?.values, offset?.values]) {
      if (statistic !== undefined && statistic.length !== channels)
        throw new Error('not one value for a channel');
    }
    const values = x.values.map((value, i) => {
      const c = i % channels;
      const normal = (value - (mean[c] ?? NaN)) / Math.sqrt((variance[c] ?? NaN) + varianceEpsilon);
      return normal * (scale?.values[c] ?? 1) + (offset?.values[c] ?? 0);
    });
    return { shape: x.shape, values };
  },
};
