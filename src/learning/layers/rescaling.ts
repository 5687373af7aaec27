import { z } from 'zod';
import { layerConfig } from './config-rules.js';
import { defineLayer, only } from './layer-kind.js';

/** x · scale + offset: preprocessing inside the network. */
export const rescaling = defineLayer({
  className: 'Rescaling',
  inputs: 'one',
  role: 'transform',
  config: layerConfig({ scale: z.number(), offset: z.number().prefault(0) }),
  outputShape: (_config, inputs) => only(inputs),
  lower({ config, inputs }, graph) {
    const scaled = graph.elementwise('Mul', only(inputs), {}, [graph.scalar(config.scale)]);
    return config.offset === 0 ? scaled : graph.elementwise('Add', scaled, {}, [graph.scalar(config.offset)]);
  },
  forward({ config, inputs }, tf) {
    const scaled = tf.mul(only(inputs), config.scale);
    return config.offset === 0 ? scaled : tf.add(scaled, config.offset);
  },
});
