import { z } from 'zod';
import { channelsLast, layerConfig, pair } from './config-rules.js';
import { enlarge } from './enlarge.js';
import { defineLayer, only, pictures, pictureShape } from './layer-kind.js';

/** Enlarges a picture by whole factors. */
export const upSampling2D = defineLayer({
  className: 'UpSampling2D',
  inputs: 'one',
  role: 'transform',
  config: layerConfig({
    size: pair.prefault(2),
    data_format: channelsLast,
    interpolation: z.enum(['nearest', 'bilinear']).prefault('nearest'),
  }),
  outputShape(config, inputs) {
    const [height, width, channels] = pictureShape(inputs);
    return [height * config.size[0], width * config.size[1], channels];
  },
  lower({ config, inputs, outputShape }, graph) {
    const scales = graph.weights(Float32Array.of(1, 1, ...config.size), [4]);
    // tfjs samples at floor(i / factor): asymmetric in ONNX' words.
    const enlarged = graph.node('Resize', [graph.image(only(inputs)).name, '', scales], {
      coordinate_transformation_mode: 'asymmetric',
      mode: config.interpolation === 'nearest' ? 'nearest' : 'linear',
      ...(config.interpolation === 'nearest' ? { nearest_mode: 'floor' } : {}),
    });
    return graph.value(enlarged, outputShape);
  },
  forward: ({ config, inputs }, tf) => enlarge(pictures(inputs), config.size, config.interpolation, tf),
});
