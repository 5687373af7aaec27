import type { FeatureCut } from '../features/feature-cut.js';
import { layerKinds } from '../layers/layer-kinds.js';
import type { NetworkLayer } from './network.js';
import type { StoredWeight } from './stored-weight.js';

/** The layers, followed by what makes one vector of their last tensor. A vector stays as it is. */
export function appendPooling(layers: NetworkLayer[], pooling: FeatureCut['pooling']): NetworkLayer[] {
  const last = lastOf(layers);
  if (last.outputShape.length === 1) return layers;
  return pooling === 'average' && last.outputShape.length === 3
    ? appendLayer(layers, 'GlobalAveragePooling2D', 'pooling', {})
    : appendLayer(layers, 'Flatten', 'flatten', {});
}

/**
 * The layers, followed by one more that reads the last of them.
 *
 * @param name what it is called; a number is added where the name is taken.
 */
export function appendLayer(
  layers: NetworkLayer[],
  className: string,
  name: string,
  settings: Record<string, unknown>,
  weights: StoredWeight[] = [],
): NetworkLayer[] {
  return [...layers, makeLayer(className, freeName(name, layers), settings, lastOf(layers), weights)];
}

/** An input that gives, under the name of a layer, what that layer gave: where the rest of a network begins. */
export function makeInput(name: string, outputShape: number[]): NetworkLayer {
  const json = {
    name,
    class_name: 'InputLayer',
    config: { name, batch_input_shape: [null, ...outputShape] },
    inbound_nodes: [],
  };
  const kind = kindOf('InputLayer');
  return { name, kind, config: kind.config.parse(json.config), json, inbound: [], outputShape, weights: [] };
}

export function lastOf(layers: NetworkLayer[]): NetworkLayer {
  const last = layers.at(-1);
  if (last === undefined) throw new Error('a network without layers');
  return last;
}

function makeLayer(
  className: string,
  name: string,
  settings: Record<string, unknown>,
  input: NetworkLayer,
  weights: StoredWeight[],
): NetworkLayer {
  const kind = kindOf(className);
  const json = {
    name,
    class_name: className,
    config: { name, trainable: true, ...settings },
    inbound_nodes: [[[input.name, 0, 0, {}] as [string, number, number, object]]],
  };
  const config = kind.config.parse(json.config);
  return {
    name,
    kind,
    config,
    json,
    inbound: [input.name],
    outputShape: kind.outputShape(config, [input.outputShape]),
    weights,
  };
}

function kindOf(className: string): NetworkLayer['kind'] {
  const kind = layerKinds.get(className);
  if (kind === undefined) throw new Error(`no layer kind ${className}`);
  return kind;
}

function freeName(wanted: string, layers: NetworkLayer[]): string {
  const taken = new Set(layers.map((layer) => layer.name));
  for (let n = 0; ; n++) {
    const name = n === 0 ? wanted : `${wanted}_${n}`;
    if (!taken.has(name)) return name;
  }
}
