import { channelsLast, layerConfig, margins } from './config-rules.js';
import { defineLayer, LayerError, only, pictures, pictureShape } from './layer-kind.js';

/** Zeros around a picture. In front of a convolution they become its padding. */
export const zeroPadding2D = defineLayer({
  className: 'ZeroPadding2D',
  inputs: 'one',
  role: 'padding',
  config: layerConfig({ padding: margins.prefault(1), data_format: channelsLast }),
  outputShape(config, inputs) {
    const [height, width, channels] = pictureShape(inputs);
    const [vertical, horizontal] = config.padding;
    return [height + vertical[0] + vertical[1], width + horizontal[0] + horizontal[1], channels];
  },
  lower({ config, inputs }, graph) {
    const [[top, bottom], [left, right]] = config.padding;
    return graph.zeroPadding(only(inputs), [top, left, bottom, right]);
  },
  forward: ({ config, inputs }, tf) => tf.pad(pictures(inputs), [[0, 0], ...config.padding, [0, 0]]),
});

/** Takes a margin off a picture. */
export const cropping2D = defineLayer({
  className: 'Cropping2D',
  inputs: 'one',
  role: 'padding',
  config: layerConfig({ cropping: margins.prefault(0), data_format: channelsLast }),
  outputShape(config, inputs) {
    const [height, width, channels] = pictureShape(inputs);
    const [vertical, horizontal] = config.cropping;
    const cropped = [height - vertical[0] - vertical[1], width - horizontal[0] - horizontal[1]];
    if (cropped.some((length) => length < 1)) throw new LayerError('crops the whole picture away');
    return [...cropped, channels];
  },
  lower({ config, inputs, outputShape }, graph) {
    const [[top], [left]] = config.cropping;
    const [height, width] = pictureShape([outputShape]);
    const cropped = graph.node('Slice', [
      graph.image(only(inputs)).name,
      graph.integers([top, left]),
      graph.integers([top + height, left + width]),
      graph.integers([2, 3]),
    ]);
    return graph.value(cropped, outputShape);
  },
  forward({ config, inputs, outputShape }, tf) {
    const input = pictures(inputs);
    const [[top], [left]] = config.cropping;
    return tf.slice(input, [0, top, left, 0], [input.shape[0], ...pictureShape([outputShape])]);
  },
});
