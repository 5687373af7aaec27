import type { InputSizes } from '../model-manifest.js';
import { ShapeProblem, shapeLayers, type CheckedLayer, type ShapedLayer } from './build-layers.js';

/**
 * Which picture sizes the layers accept. A size is accepted when every layer can take the shape it would get and needs
 * the same weights: a Dense after a Flatten does not, global pooling does.
 */
export function acceptedInputSizes(
  layers: CheckedLayer[],
  [height, width, channels]: [height: number, width: number, channels: number],
): InputSizes {
  const atDeclared = shapeLayers(layers, [height, width, channels]);
  const obstacle = (h: number, w: number) => firstObstacle(layers, atDeclared, [h, w, channels]);
  // Odd sizes show merges of branches that round differently; the doubled size shows pinned weights.
  for (const [h, w] of [
    [2 * height, 2 * width],
    [height + 1, width + 1],
    [height + 2, width + 2],
  ] as const) {
    const pinnedBy = obstacle(h, w);
    if (pinnedBy !== undefined) return { kind: 'pinned', height, width, pinnedBy };
  }
  return {
    kind: 'any',
    minimumHeight: smallest(height, (h) => obstacle(h, width) === undefined),
    minimumWidth: smallest(width, (w) => obstacle(height, w) === undefined),
  };
}

/** Name of the first layer that does not accept an input of this shape. */
export function firstObstacle(
  layers: CheckedLayer[],
  reference: ReadonlyMap<string, ShapedLayer>,
  inputShape: number[],
): string | undefined {
  try {
    const shaped = shapeLayers(layers, inputShape);
    const weightsOf = (shapes: ReadonlyMap<string, ShapedLayer>, name: string) =>
      JSON.stringify(shapes.get(name)?.weights);
    return layers.find((layer) => weightsOf(shaped, layer.name) !== weightsOf(reference, layer.name))?.name;
  } catch (error) {
    if (error instanceof ShapeProblem) return error.layer.name;
    throw error;
  }
}

/** The smallest accepted size; every size between it and `accepted` is accepted too. */
function smallest(accepted: number, accepts: (size: number) => boolean): number {
  let low = 0;
  let high = accepted;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (accepts(middle)) high = middle;
    else low = middle;
  }
  return high;
}
