import { ZooError } from '../../errors.js';
import { maxLayers, networkClasses, parseNetwork, type Network } from './parse-network.js';
import { inReadingOrder } from './reading-order.js';
import type { LayerJson, TopologyJson } from './topology-json.js';

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
