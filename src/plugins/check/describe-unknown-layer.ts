import type { ModelManifest } from '../../learning/model-manifest.js';
import { nearestNames } from './nearest-names.js';

/**
 * Says that a parameter names no layer of the base model, and which it may have meant.
 *
 * @param names those that would do, in running order.
 */
export function describeUnknownLayer(parameter: string, layer: string, names: readonly string[]): string {
  const near = nearestNames(layer, names);
  const hint =
    near.length > 0
      ? `Did you mean ${near.join(' or ')}?`
      : `Layers near the end: ${names.slice(-3).join(', ')}.`;
  return `${parameter} is "${layer.slice(0, 80)}", which is no layer of the base model. ${hint}`;
}

/** Says that a layer is there, but the network cannot be cut after it, and where it can be next. */
export function describeNoCutPoint(
  parameter: string,
  layer: string,
  { layers, cutPoints }: ModelManifest,
): string {
  const names = new Set(cutPoints.map((cut) => cut.layer));
  const position = layers.findIndex(({ name }) => name === layer);
  const next = layers.slice(position).find(({ name }) => names.has(name));
  return (
    `${parameter} is "${layer}", after which the network cannot be cut, because other tensors pass beside it. ` +
    (next === undefined ? '' : `The next cut point is ${next.name}.`)
  );
}
