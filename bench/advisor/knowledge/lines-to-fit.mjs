/**
 * What was measured of each network alone, with what came of training it. Seconds of runs beside other work do not count.
 *
 * @param outcomes, measured lines of outcomes.jsonl and measurements.jsonl
 * @param leftOut a domain whose data sets are left out
 * @returns [{dataset, domain, model, seed, measurements, outcomes}]
 */
export function linesToFit(outcomes, measured, leftOut) {
  return measured
    .filter(({ title, domain }) => title !== 'together' && domain !== leftOut)
    .map(({ dataset, domain, title: model, seed, measurements }) => ({
      dataset,
      domain,
      model,
      seed,
      measurements,
      outcomes: outcomes
        .filter((one) => one.dataset === dataset && one.model === model && one.seed === seed)
        .map((one) => (one.busy ? { ...one, seconds: null } : one)),
    }))
    .filter((line) => line.outcomes.length > 0);
}
