import { ZooError } from '../../errors.js';
import type { Network } from './parse-network.js';

/**
 * The layers of a network, each after those it reads: first all that read nothing, then all that only those hold up, and
 * so on, each round in the order of the file. Every connection is looked at once.
 *
 * @throws ZooError MODEL_TOPOLOGY_INVALID
 */
export function inReadingOrder(network: Network): Network['layers'] {
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
