import { ZooError } from '../../errors.js';
import { normalizeLayerConfig } from './normalize-layer.js';
import { parseInbound } from './parse-inbound.js';
import { layerJson, networkJson, type LayerJson, type TopologyJson } from './topology-json.js';

const maxLayers = 5000;

/**
 * Turns the topology of a model.json into one flat network in Keras 2 form with one input and one output. Networks
 * nested in networks are opened up: their layers move to the outer one.
 *
 * @throws ZooError MODEL_JSON_INVALID, MODEL_FORMAT_UNSUPPORTED, MODEL_TOPOLOGY_INVALID
 */
export function normalizeTopology(modelTopology: Record<string, unknown>): TopologyJson {
  const root = parseNetwork(modelTopology.model_config ?? modelTopology, 'modelTopology');
  const flat: LayerJson[] = [];
  const { output } = flatten(root, undefined, flat, 0);
  const names = new Set<string>();
  for (const { name } of flat) {
    if (names.has(name)) {
      throw new ZooError(
        'MODEL_TOPOLOGY_INVALID',
        `Two layers are named ${name}; names must be unique, nested networks included. Rename one.`,
        { layer: name },
      );
    }
    names.add(name);
  }
  const input = flat.find((layer) => layer.class_name === 'InputLayer')?.name ?? '';
  assertAllLeadTo(output, flat);
  const nested = root.layers.some((layer) => networkClasses.has(layer.className));
  return {
    name: root.name,
    className: root.className === 'Sequential' && !nested ? 'Sequential' : 'Functional',
    layers: flat,
    input,
    output,
  };
}

const networkClasses = new Set(['Functional', 'Model', 'Sequential']);

/** One network, at the top or nested, before it is opened up. */
interface Network {
  name: string;
  className: string;
  layers: { name: string; className: string; config: Record<string, unknown>; inbound: string[] }[];
  output: string;
}

function parseNetwork(json: unknown, where: string): Network {
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

/** Appends the layers of `network` in an order in which each follows those it reads. Gives the output's name. */
function flatten(
  network: Network,
  source: string | undefined,
  flat: LayerJson[],
  depth: number,
): { output: string } {
  if (depth > 8) throw new ZooError('MODEL_TOPOLOGY_INVALID', 'Networks are nested more than 8 deep.');
  /** Name within this network → name of the flat layer whose output it is. */
  const outputs = new Map<string, string>();
  for (const layer of inReadingOrder(network)) outputs.set(layer.name, append(layer));
  const output = outputs.get(network.output);
  if (output === undefined) {
    throw new ZooError(
      'MODEL_TOPOLOGY_INVALID',
      `The output is layer ${network.output}, which ${network.name} does not have.`,
    );
  }
  return { output };

  function append(layer: Network['layers'][number]): string {
    const inbound = layer.inbound.map((name) => outputs.get(name) ?? name);
    if (layer.className === 'InputLayer' && source !== undefined) return source;
    if (networkClasses.has(layer.className)) {
      const inner = parseNetwork(
        { class_name: layer.className, config: layer.config },
        `Network ${layer.name}`,
      );
      const [from] = inbound.length === 0 && source !== undefined ? [source] : inbound;
      return flatten(inner, from, flat, depth + 1).output;
    }
    // Inside a nested Sequential without an input layer, the first layer reads what the network reads.
    const reads = inbound.length === 0 && source !== undefined ? [source] : inbound;
    if (flat.length >= maxLayers) {
      throw new ZooError('MODEL_TOPOLOGY_INVALID', `The network has more than ${maxLayers} layers.`);
    }
    flat.push({
      name: layer.name,
      class_name: layer.className,
      config: layer.config,
      inbound_nodes: reads.length === 0 ? [] : [reads.map((name) => [name, 0, 0, {}])],
    });
    return layer.name;
  }
}

/**
 * The layers of a network, each after those it reads: first all that read nothing, then all that only those hold up, and
 * so on, each round in the order of the file. Every connection is looked at once.
 *
 * @throws ZooError MODEL_TOPOLOGY_INVALID
 */
function inReadingOrder(network: Network): Network['layers'] {
  const readers = new Map<string, number[]>();
  const missing = network.layers.map((layer, index) => {
    const names = new Set(layer.inbound);
    for (const name of names) {
      const waiting = readers.get(name);
      if (waiting === undefined) readers.set(name, [index]);
      else waiting.push(index);
    }
    return names.size;
  });
  const ordered: Network['layers'] = [];
  let round = [...missing.keys()].filter((index) => missing[index] === 0);
  while (round.length > 0) {
    const next: number[] = [];
    for (const index of round) {
      const layer = network.layers[index];
      if (layer === undefined) continue;
      ordered.push(layer);
      for (const reader of readers.get(layer.name) ?? []) {
        const left = (missing[reader] ?? 0) - 1;
        missing[reader] = left;
        if (left === 0) next.push(reader);
      }
      // Should another layer have the same name, it is not waited for a second time.
      readers.delete(layer.name);
    }
    round = next.sort((a, b) => a - b);
  }
  if (ordered.length < network.layers.length) {
    const done = new Set(ordered);
    throw unresolved(
      network.layers.filter((layer) => !done.has(layer)),
      network,
    );
  }
  return ordered;
}

function unresolved(pending: Network['layers'], network: Network): ZooError {
  const known = new Set(network.layers.map((layer) => layer.name));
  for (const layer of pending) {
    const missing = layer.inbound.find((name) => !known.has(name));
    if (missing !== undefined) {
      return new ZooError(
        'MODEL_TOPOLOGY_INVALID',
        `Layer ${layer.name} reads ${missing}, which the network does not have.`,
        { layer: layer.name },
      );
    }
  }
  const names = pending.slice(0, 5).map((layer) => layer.name);
  return new ZooError(
    'MODEL_TOPOLOGY_INVALID',
    `The layers form a circle: ${names.join(', ')} wait for each other. A network runs in one direction.`,
    { layers: names },
  );
}

/** A layer that the output does not need is a sign of a broken file. */
function assertAllLeadTo(output: string, layers: LayerJson[]): void {
  const needed = new Set([output]);
  for (const layer of [...layers].reverse()) {
    if (needed.has(layer.name)) {
      for (const node of layer.inbound_nodes) for (const [name] of node) needed.add(name);
    }
  }
  const idle = layers.find((layer) => !needed.has(layer.name));
  if (idle !== undefined) {
    throw new ZooError(
      'MODEL_TOPOLOGY_INVALID',
      `Layer ${idle.name} does not lead to the output ${output}; leave it out of the saved network.`,
      { layer: idle.name },
    );
  }
  const inputs = layers.filter((layer) => layer.inbound_nodes.length === 0);
  const [input] = inputs;
  if (inputs.length !== 1 || input?.class_name !== 'InputLayer') {
    throw new ZooError(
      'MODEL_TOPOLOGY_INVALID',
      `The network starts at ${inputs.map((layer) => layer.name).join(', ') || 'no layer'}; ` +
        'exactly one input layer with a known shape was expected.',
    );
  }
}
