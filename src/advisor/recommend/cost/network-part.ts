import type { LayerSummary, ModelManifest } from '../../../plugins/plugin.js';

/** What the layers between two places of a network hold and compute. */
export interface NetworkPart {
  parameters: number;
  /** Values that the layers give for a picture. */
  values: number;
  /** Multiplications for a picture, about: every weight once for each place of the output. */
  multiplications: number;
  /** Values of the tensor that the last layer gives. */
  outputValues: number;
  /** Its features, averaged over height and width. */
  featureDim: number;
}

/**
 * Adds up the layers after one and up to another, by the manifest: at the model's own input size.
 *
 * @param after exclusive; undefined: from the input on
 * @param upTo inclusive
 */
export function networkPart(
  { layers }: Pick<ModelManifest, 'layers'>,
  after: string | undefined,
  upTo: string,
): NetworkPart {
  const names = layers.map(({ name }) => name);
  const part = layers.slice(after === undefined ? 0 : names.indexOf(after) + 1, names.indexOf(upTo) + 1);
  const sum = (of: (layer: LayerSummary) => number) => part.reduce((total, layer) => total + of(layer), 0);
  const last = layers[names.indexOf(upTo)];
  return {
    parameters: sum(({ parameterCount }) => parameterCount),
    values: sum(valuesOf),
    multiplications: sum((layer) => layer.parameterCount * placesOf(layer)),
    outputValues: last === undefined ? 0 : valuesOf(last),
    featureDim: last?.outputShape.at(-1) ?? 0,
  };
}

const valuesOf = ({ outputShape }: LayerSummary): number =>
  outputShape.slice(1).reduce<number>((product, size) => product * (size ?? 1), 1);

const placesOf = ({ outputShape }: LayerSummary): number =>
  outputShape.length === 4 ? (outputShape[1] ?? 1) * (outputShape[2] ?? 1) : 1;
