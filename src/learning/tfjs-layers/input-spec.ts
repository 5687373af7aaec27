import { ZooError } from '../../errors.js';
import type { InputSizes, InputSpec } from '../model-manifest.js';
import { shapeLayers, type CheckedLayer } from './build-layers.js';
import { acceptedInputSizes, firstObstacle } from './input-sizes.js';

/** Size at which a network that names none is used. */
const defaultSize = 224;

/**
 * How pictures enter the network: the declared input shape, with what is known of preprocessing and defaults for the
 * rest (stretched, bilinear, values in [0, 1]; [0, 255] where the network rescales them itself).
 *
 * @throws ZooError MODEL_TOPOLOGY_INVALID, MODEL_INPUT_SIZE_UNSUPPORTED, MODEL_METADATA_INVALID
 */
export function resolveInputSpec(
  layers: CheckedLayer[],
  known: Partial<InputSpec>,
): { input: InputSpec; inputSizes: InputSizes } {
  const declared = declaredShape(layers);
  const [declaredHeight, declaredWidth, channels] = declared;
  if (known.channels !== undefined && known.channels !== channels) {
    throw new ZooError(
      'MODEL_METADATA_INVALID',
      `input.channels is ${known.channels}; the network's input layer has ${channels}.`,
    );
  }
  const base: [number, number, number] = [
    declaredHeight ?? known.height ?? defaultSize,
    declaredWidth ?? known.width ?? defaultSize,
    channels,
  ];
  const inputSizes = acceptedInputSizes(layers, base);
  const height = known.height ?? base[0];
  const width = known.width ?? base[1];
  assertAccepted(layers, base, [height, width, channels], inputSizes);
  const spec: InputSpec = {
    height,
    width,
    channels,
    range: known.range ?? defaultRange(layers),
    mean: perChannel(known.mean ?? [0], channels, 'mean'),
    std: perChannel(known.std ?? [1], channels, 'std'),
    resize: known.resize ?? 'stretch',
    interpolation: known.interpolation ?? 'bilinear',
  };
  return { input: spec, inputSizes };
}

function declaredShape(layers: CheckedLayer[]): [number | null, number | null, number] {
  const shape = layers.find((layer) => layer.kind.inputs === 'none')?.json.config.batch_input_shape;
  const [, height, width, channels] = Array.isArray(shape) ? (shape as (number | null)[]) : [];
  if (
    !Array.isArray(shape) ||
    shape.length !== 4 ||
    height === undefined ||
    width === undefined ||
    (channels !== 1 && channels !== 3)
  ) {
    throw new ZooError(
      'MODEL_TOPOLOGY_INVALID',
      `The input layer has shape ${JSON.stringify(shape)}; pictures [null, height, width, 1 or 3] were expected.`,
    );
  }
  return [height, width, channels];
}

function assertAccepted(
  layers: CheckedLayer[],
  base: [number, number, number],
  wanted: [number, number, number],
  sizes: InputSizes,
): void {
  const obstacle = firstObstacle(layers, shapeLayers(layers, base), wanted);
  if (obstacle === undefined) return;
  const accepted =
    sizes.kind === 'pinned'
      ? `exactly ${sizes.height} × ${sizes.width}, because of layer ${sizes.pinnedBy}`
      : `${sizes.minimumHeight} × ${sizes.minimumWidth} or more`;
  throw new ZooError(
    'MODEL_INPUT_SIZE_UNSUPPORTED',
    `The input size ${wanted[0]} × ${wanted[1]} does not fit layer ${obstacle}; accepted: ${accepted}.`,
    { height: wanted[0], width: wanted[1], layer: obstacle },
  );
}

function defaultRange(layers: CheckedLayer[]): [number, number] {
  return layers[1]?.kind.className === 'Rescaling' ? [0, 255] : [0, 1];
}

function perChannel(values: number[], channels: number, name: string): number[] {
  const [first] = values;
  if (values.length === 1 && first !== undefined) return Array<number>(channels).fill(first);
  if (values.length === channels) return values;
  throw new ZooError(
    'MODEL_METADATA_INVALID',
    `input.${name} has ${values.length} values; accepted: 1, or ${channels} as the network has channels.`,
  );
}
