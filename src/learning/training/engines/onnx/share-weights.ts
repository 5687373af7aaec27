import { sizeOf } from '../../lower/layout.js';
import type { TrainableNetwork } from '../../trainable-network.js';

/**
 * Deals the trained weights out to several replicas, so that each moves about as many numbers: for each replica the
 * network in which only its own are trained. There may be fewer weights than replicas.
 */
export function shareWeights(network: TrainableNetwork, replicas: number): TrainableNetwork[] {
  if (replicas === 1) return [network];
  const shares = Array.from({ length: replicas }, () => ({ size: 0, names: new Set<string>() }));
  const trained = network.weights.filter((weight) => weight.trained);
  // The largest first, each to whoever has least.
  for (const { name, shape } of [...trained].sort((a, b) => sizeOf(b.shape) - sizeOf(a.shape))) {
    const least = shares.reduce((best, share) => (share.size < best.size ? share : best));
    least.size += sizeOf(shape);
    least.names.add(name);
  }
  return shares.map(({ names }) => ({
    ...network,
    weights: network.weights.map((weight) => ({
      ...weight,
      trained: weight.trained && names.has(weight.name),
    })),
  }));
}
