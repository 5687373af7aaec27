import { ZooError } from '../../errors.js';
import { normalizeLayerConfig } from './normalize-layer.js';
import { parseInbound } from './parse-inbound.js';
import { layerJson, networkJson } from './topology-json.js';

/** More layers than any network in use has; bounds the work on a hostile file. */
export const maxLayers = 5000;

/** The Keras classes of networks, as opposed to layers. */
export const networkClasses = new Set(['Functional', 'Model', 'Sequential']);

/** One network, at the top or nested, before it is opened up. */
export interface Network {
  name: string;
  className: string;
  layers: { name: string; className: string; config: Record<string, unknown>; inbound: string[] }[];
  output: string;
}

/**
 * Reads the JSON of one network: a class, its layers, which reads which.
 *
 * @throws ZooError MODEL_JSON_INVALID, MODEL_FORMAT_UNSUPPORTED, MODEL_TOPOLOGY_INVALID
 */
export function parseNetwork(json: unknown, where: string): Network {
  const parsed = networkJson.safeParse(json);
  if (!parsed.success) {
    throw new ZooError(
      'MODEL_JSON_INVALID',
      `${where} is not a Keras network: class_name and config were expected. Save the model with Keras or tfjs.`,
    );
  }
  const { class_name: className, config } = parsed.data;
  if (!networkClasses.has(className)) {
    throw new ZooError(
      'MODEL_FORMAT_UNSUPPORTED',
      `${where} is a ${className}; accepted: Functional, Model, Sequential. ` +
        'A subclassed model must be rebuilt from layers before it is saved.',
    );
  }
  const fields = Array.isArray(config) ? { layers: config } : config;
  const layers = Array.isArray(fields.layers) ? (fields.layers as unknown[]) : [];
  if (layers.length === 0 || layers.length > maxLayers) {
    throw new ZooError(
      'MODEL_JSON_INVALID',
      `${where} has ${layers.length} layers; accepted: 1 to ${maxLayers}.`,
    );
  }
  const name = 'name' in fields && typeof fields.name === 'string' ? fields.name : 'model';
  const parsedLayers = layers.map((layer, index) => parseLayer(layer, `${where}, layer ${index}`));
  return className === 'Sequential'
    ? sequential(name, parsedLayers)
    : functional(name, parsedLayers, fields as Record<string, unknown>, where);
}

interface ParsedLayer {
  name: string;
  className: string;
  config: Record<string, unknown>;
  nodes: unknown[];
}

function parseLayer(json: unknown, where: string): ParsedLayer {
  const parsed = layerJson.safeParse(json);
  if (!parsed.success) {
    throw new ZooError('MODEL_JSON_INVALID', `${where} lacks class_name or config; save the model again.`);
  }
  const { class_name: className, config, inbound_nodes: nodes = [] } = parsed.data;
  const name = parsed.data.name ?? config.name;
  if (typeof name !== 'string' || name === '' || name.length > 200 || !/^[^\p{Cc}]+$/u.test(name)) {
    throw new ZooError(
      'MODEL_JSON_INVALID',
      `${where} has no usable name; 1 to 200 characters are accepted.`,
    );
  }
  if (networkClasses.has(className)) return { name, className, config, nodes };
  return { name, className, config: { ...normalizeLayerConfig(className, config), name }, nodes };
}

function sequential(name: string, layers: ParsedLayer[]): Network {
  const [first] = layers;
  const firstShape = first?.config.batch_input_shape;
  // A Sequential may say its input's shape in its first layer, or have it given by the network it is nested in.
  const chain: ParsedLayer[] =
    first !== undefined && first.className !== 'InputLayer' && Array.isArray(firstShape)
      ? [inputBefore(first, firstShape), ...layers]
      : layers;
  return {
    name,
    className: 'Sequential',
    layers: chain.map((layer, index) => {
      const previous = chain[index - 1];
      return { ...layer, inbound: previous === undefined ? [] : [previous.name] };
    }),
    output: chain.at(-1)?.name ?? '',
  };
}

function inputBefore(first: ParsedLayer, shape: unknown[]): ParsedLayer {
  const name = `${first.name}_input`;
  return {
    name,
    className: 'InputLayer',
    config: { batch_input_shape: shape, dtype: 'float32', name },
    nodes: [],
  };
}

function functional(
  name: string,
  layers: ParsedLayer[],
  fields: Record<string, unknown>,
  where: string,
): Network {
  const output = onlyEnd(fields.output_layers, 'output', where);
  onlyEnd(fields.input_layers, 'input', where);
  const networks = new Set(
    layers.filter(({ className }) => networkClasses.has(className)).map((layer) => layer.name),
  );
  return {
    name,
    className: 'Functional',
    layers: layers.map((layer) => ({ ...layer, inbound: parseInbound(layer.name, layer.nodes, networks) })),
    output,
  };
}

/** `[["conv1", 0, 0]]`, or in Keras 3 also `["conv1", 0, 0]`. */
function onlyEnd(ends: unknown, side: 'input' | 'output', where: string): string {
  const list: unknown[] = Array.isArray(ends) ? (typeof ends[0] === 'string' ? [ends] : ends) : [];
  const [end] = list;
  if (list.length !== 1 || !Array.isArray(end) || typeof end[0] !== 'string') {
    throw new ZooError(
      'MODEL_TOPOLOGY_INVALID',
      `${where} has ${list.length} ${side}s; the zoo takes networks with one input and one output.`,
    );
  }
  return end[0];
}
