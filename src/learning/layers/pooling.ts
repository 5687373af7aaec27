import { z } from 'zod';
import { channelsLast, layerConfig, paddingMode, pair } from './config-rules.js';
import { averagePool } from './average-pool.js';
import { defineLayer, only, pictures, pictureShape, type LayerKind } from './layer-kind.js';
import { windowOutput, windowPads, type Window } from './window.js';

const windowedConfig = layerConfig({
  pool_size: pair.prefault(2),
  strides: pair.nullish(),
  padding: paddingMode,
  data_format: channelsLast,
});

/** The largest value, or the mean, of each window. Padding takes no part in the mean. */
function pooling(className: string, op: 'MaxPool' | 'AveragePool'): LayerKind {
  return defineLayer({
    className,
    inputs: 'one',
    role: 'pooling',
    config: windowedConfig,
    outputShape(config, inputs) {
      const [height, width, channels] = pictureShape(inputs);
      return [...windowOutput(window(config), height, width), channels];
    },
    lower({ config, inputs, outputShape }, graph) {
      const input = graph.image(only(inputs));
      const [height, width] = pictureShape([input.shape]);
      const sliding = window(config);
      const pooled = graph.node(op, [input.name], {
        kernel_shape: sliding.size,
        strides: sliding.strides,
        pads: windowPads(sliding, height, width),
      });
      return graph.value(pooled, outputShape);
    },
    forward({ config, inputs }, tf) {
      const { size, strides, padding } = window(config);
      return op === 'MaxPool'
        ? tf.maxPool(pictures(inputs), size, strides, padding)
        : averagePool(pictures(inputs), window(config), tf);
    },
  });
}

/** One value per channel over the whole picture. */
function globalPooling(className: string, op: 'GlobalMaxPool' | 'GlobalAveragePool'): LayerKind {
  return defineLayer({
    className,
    inputs: 'one',
    role: 'pooling',
    config: layerConfig({ data_format: channelsLast, keepdims: z.literal(false, 'false').nullish() }),
    outputShape: (_config, inputs) => [pictureShape(inputs)[2]],
    lower({ inputs, outputShape }, graph) {
      const pooled = graph.node(op, [graph.image(only(inputs)).name]);
      return graph.value(graph.node('Flatten', [pooled], { axis: 1 }), outputShape);
    },
    forward: ({ inputs }, tf) =>
      op === 'GlobalMaxPool' ? tf.max(pictures(inputs), [1, 2]) : tf.mean(pictures(inputs), [1, 2]),
  });
}

export const maxPooling2D = pooling('MaxPooling2D', 'MaxPool');
export const averagePooling2D = pooling('AveragePooling2D', 'AveragePool');
export const globalMaxPooling2D = globalPooling('GlobalMaxPooling2D', 'GlobalMaxPool');
export const globalAveragePooling2D = globalPooling('GlobalAveragePooling2D', 'GlobalAveragePool');

function window(config: z.output<typeof windowedConfig>): Window {
  return { size: config.pool_size, strides: config.strides ?? config.pool_size, padding: config.padding };
}
