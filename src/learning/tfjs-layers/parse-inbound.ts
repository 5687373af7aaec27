import { ZooError } from '../../errors.js';
import { isRecord } from './normalize-layer.js';

/**
 * The layers a layer reads, from `inbound_nodes` in Keras 2 or Keras 3 form.
 *
 * @param networks names of the layers that are networks themselves. tfjs counts the making of such a network as a call,
 *   so that its first real call has number 1.
 * @throws ZooError MODEL_TOPOLOGY_INVALID when the layer is called more than once or with arguments.
 */
export function parseInbound(layer: string, nodes: unknown[], networks: ReadonlySet<string>): string[] {
  if (nodes.length === 0) return [];
  if (nodes.length > 1) {
    throw new ZooError(
      'MODEL_TOPOLOGY_INVALID',
      `Layer ${layer} is called ${nodes.length} times; the zoo takes networks in which every layer is called once. ` +
        'Give each call a layer of its own.',
      { layer },
    );
  }
  const [node] = nodes;
  const tensors = isRecord(node) ? keras3Tensors(node) : node;
  if (!Array.isArray(tensors) || tensors.length === 0) throw malformed(layer);
  return tensors.map((tensor: unknown) => {
    if (!Array.isArray(tensor)) throw malformed(layer);
    const [name, call, index, callArguments] = tensor as unknown[];
    if (typeof name !== 'string') throw malformed(layer);
    if ((call !== 0 && !(call === 1 && networks.has(name))) || index !== 0) {
      throw new ZooError(
        'MODEL_TOPOLOGY_INVALID',
        `Layer ${layer} reads call ${String(call)}, tensor ${String(index)} of ${name}; ` +
          'the zoo takes networks in which every layer is called once and has one output.',
        { layer },
      );
    }
    assertNoArguments(layer, callArguments);
    return name;
  });
}

/** Keras 3: `{args: [tensor | [tensor, …]], kwargs: {}}`, a tensor saying where it is from in `keras_history`. */
function keras3Tensors(node: Record<string, unknown>): unknown[] {
  const { args, kwargs } = node;
  const list: unknown[] = Array.isArray(args) ? args.flat(1) : [];
  return list.map((tensor) => {
    const history = isRecord(tensor) && isRecord(tensor.config) ? tensor.config.keras_history : undefined;
    return Array.isArray(history) ? [...(history as unknown[]), kwargs] : undefined;
  });
}

function assertNoArguments(layer: string, callArguments: unknown): void {
  if (callArguments === undefined || callArguments === null) return;
  const given = isRecord(callArguments)
    ? Object.entries(callArguments).filter(
        ([key, value]) => !(key === 'training' || key === 'mask') || (value !== null && value !== false),
      )
    : [['?', callArguments]];
  if (given.length === 0) return;
  throw new ZooError(
    'MODEL_TOPOLOGY_INVALID',
    `Layer ${layer} is called with ${given.map(([key]) => String(key)).join(', ')}; ` +
      'the zoo takes layers that are called with tensors only.',
    { layer },
  );
}

function malformed(layer: string): ZooError {
  return new ZooError(
    'MODEL_JSON_INVALID',
    `inbound_nodes of layer ${layer} is not a list of the tensors it reads; save the model again with Keras or tfjs.`,
    { layer },
  );
}
