/** Of several linear probes the one with the best cross-validated accuracy; of equal ones the first. */
export function bestProbe<Probe extends { crossValidated: { accuracy: number } | null }>(
  probes: readonly Probe[],
): Probe {
  const accuracyOf = ({ crossValidated }: Probe) => crossValidated?.accuracy ?? 0;
  return probes.reduce((best, next) => (accuracyOf(next) > accuracyOf(best) ? next : best));
}
