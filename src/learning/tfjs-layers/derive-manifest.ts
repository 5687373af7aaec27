import { ZooError } from '../../errors.js';
import type { InputSizes, InputSpec, ModelManifest } from '../model-manifest.js';
import { findCutPoints, parameterCount } from './cut-points.js';
import type { NetworkLayer } from './network.js';

/**
 * What the zoo says of a model, read off its layers.
 *
 * @throws ZooError MODEL_METADATA_INVALID when there are not as many labels as outputs.
 */
export function deriveManifest(
  topology: ModelManifest['topology'],
  layers: NetworkLayer[],
  input: InputSpec,
  inputSizes: InputSizes,
  labels: string[] | null,
): ModelManifest {
  const outputShape = layers.at(-1)?.outputShape ?? [];
  const units = outputShape.at(-1) ?? 0;
  if (labels !== null && labels.length !== units) {
    throw new ZooError(
      'MODEL_METADATA_INVALID',
      `${labels.length} labels are given; the network has ${units} outputs. Give one label per output, in their order.`,
      { labels: labels.length, outputs: units },
    );
  }
  return {
    format: 'tfjs-layers',
    topology,
    input,
    inputSizes,
    labels,
    outputShape: [null, ...outputShape],
    layers: layers.map((layer) => ({
      name: layer.name,
      className: layer.kind.className,
      outputShape: [null, ...layer.outputShape],
      parameterCount: parameterCount(layer),
    })),
    cutPoints: findCutPoints(layers),
    parameterCount: layers.reduce((sum, layer) => sum + parameterCount(layer), 0),
  };
}
