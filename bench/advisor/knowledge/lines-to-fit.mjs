import { drawnProbes } from './networks.mjs';

/**
 * What was measured of each network alone, with what came of training it. Seconds of runs beside other work do not count.
 *
 * @param outcomes, measured lines of outcomes.jsonl and measurements.jsonl
 * @returns [{dataset, domain, model, seed, measurements, drawn, outcomes}], `drawn` see `drawProbes`
 */
export function linesToFit(outcomes, measured) {
  const lines = measured.filter(({ title }) => title !== 'together');
  const drawn = drawnProbes(lines);
  return lines
    .map(({ key, dataset, domain, title: model, seed, measurements }) => ({
      dataset,
      domain,
      model,
      seed,
      measurements,
      drawn: drawn.get(key),
      outcomes: outcomes
        .filter((one) => one.dataset === dataset && one.model === model && one.seed === seed)
        .map((one) => (one.busy ? { ...one, seconds: null } : one)),
    }))
    .filter((line) => line.outcomes.length > 0);
}
