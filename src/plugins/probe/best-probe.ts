import type { LinearProbe } from '../contract.js';

/** Of several probes the one with the best cross-validated accuracy; of equal ones the first. */
export function bestProbe(probes: readonly LinearProbe[]): LinearProbe {
  const accuracyOf = ({ crossValidated }: LinearProbe) => crossValidated?.accuracy ?? 0;
  return probes.reduce((best, next) => (accuracyOf(next) > accuracyOf(best) ? next : best));
}
