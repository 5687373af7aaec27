import type { CutPoint } from '../model-manifest.js';
import type { NetworkLayer } from './network.js';
import { elementCount } from './stored-weight.js';

/**
 * Where a network can be cut: the layers that every path from input to output passes, so that their output alone
 * carries all that follows (the dominators of the output).
 *
 * @param layers in running order.
 */
export function findCutPoints(layers: NetworkLayer[]): CutPoint[] {
  const lastReader = new Map<string, number>();
  layers.forEach((layer, index) => layer.inbound.forEach((name) => lastReader.set(name, index)));
  const cuts: { layer: NetworkLayer; index: number; parametersBefore: number }[] = [];
  let parameters = 0;
  // Last position at which any tensor made so far, except the newest, is still read.
  let othersReadUntil = 0;
  layers.forEach((layer, index) => {
    parameters += parameterCount(layer);
    if (index > 0 && othersReadUntil <= index) cuts.push({ layer, index, parametersBefore: parameters });
    othersReadUntil = Math.max(othersReadUntil, lastReader.get(layer.name) ?? index);
  });
  return cuts.map(({ layer, index, parametersBefore }, position) => ({
    layer: layer.name,
    outputShape: [null, ...layer.outputShape],
    parametersBefore,
    blockBoundary: isBlockBoundary(layer, layers[index + 1], cuts[position + 1]?.layer),
  }));
}

export function parameterCount(layer: NetworkLayer): number {
  return layer.weights.reduce((sum, weight) => sum + elementCount(weight.shape), 0);
}

/**
 * A block ends where branches come together or the picture is pooled (behind the activation that follows, if one
 * does), where the layers' names say that another block begins, and where pictures become vectors.
 */
function isBlockBoundary(
  layer: NetworkLayer,
  next: NetworkLayer | undefined,
  nextCut: NetworkLayer | undefined,
): boolean {
  if (layer.kind.role === 'padding' || layer.kind.role === 'none' || layer.kind.role === 'reshape')
    return false;
  if (next === undefined) return true;
  const joins = layer.kind.role === 'merge' || layer.kind.role === 'pooling';
  const activationFollows = next.kind.role === 'activation' && next === nextCut;
  if (joins) return !activationFollows;
  if (layer.outputShape.length === 3 && becomesVector(next)) return true;
  return !activationFollows && blockName(next.name) !== blockName(layer.name) && hasBlockNames(layer, next);
}

function becomesVector(layer: NetworkLayer): boolean {
  return layer.outputShape.length === 1 || layer.kind.role === 'pooling';
}

/** The part of a name that says which block a layer belongs to: `block_3`, `conv2_block1`, `conv_pw_5`, `mixed7`. */
function blockName(name: string): string | undefined {
  return /^(?:expanded_conv(?=_)|(?:conv\d+_)?(?:block|stage|mixed|blocks?)_?\d+[a-z]?|conv_(?:pw|dw)_\d+)/i
    .exec(name)?.[0]
    .replace(/_(?:pw|dw)_/, '_');
}

function hasBlockNames(layer: NetworkLayer, next: NetworkLayer): boolean {
  return blockName(layer.name) !== undefined || blockName(next.name) !== undefined;
}
