import { logOdds, smoothedShare } from '../log-odds.js';
import type { Elsewhere } from '../measurements.js';

/** A model's best linear probe on a data set. */
export interface ProbeElsewhere {
  versionId: string;
  /** Whatever names the data set. */
  dataset: string;
  /** Cross-validated, 0 to 1. */
  accuracy: number;
  /** Training pictures that it was solved on. */
  pictures: number;
}

/** As so many data sets on which all models did alike: one data set alone makes no model better. */
const pseudoDatasets = 1;

/** The fit goes on until nothing moves by more than this, in log-odds. */
const settled = 1e-5;

const mostSweeps = 10_000;

/**
 * How much better or worse each model's probes are than those of the models beside it, on data sets that several of them were
 * measured on: model effects of an additive fit of models and data sets to log-odds, drawn towards 0.
 *
 * @param spread standard deviation of a model's worth from one data set to another, in log-odds
 * @returns nothing of models that were measured nowhere together with another
 * @see Searle, Casella & McCulloch, "Variance Components", 1992, chapter 7: shrunken effects of a two-way layout
 */
export function worthElsewhere(probes: readonly ProbeElsewhere[], spread: number): Map<string, Elsewhere> {
  const measured = new Map<string, Set<string>>();
  for (const { dataset, versionId } of probes) {
    measured.set(dataset, (measured.get(dataset) ?? new Set()).add(versionId));
  }
  const isShared = ({ dataset }: ProbeElsewhere) => (measured.get(dataset)?.size ?? 0) > 1;
  const cells = probes.filter(isShared).map((one): Cell => {
    const share = smoothedShare(one.accuracy, one.pictures);
    const ofPictures = 1 / (Math.max(1, one.pictures) * share * (1 - share));
    return { ...one, value: logOdds(share), weight: spread ** 2 / (spread ** 2 + ofPictures) };
  });
  const models = new Map([...new Set(cells.map(({ versionId }) => versionId))].map((id) => [id, 0]));
  const byModel = [...models.keys()].map((id) => ({
    id,
    own: cells.filter(({ versionId }) => versionId === id),
  }));
  for (let sweep = 0, moved = Infinity; sweep < mostSweeps && moved > settled; sweep++) {
    moved = 0;
    const level = levels(cells, models);
    for (const { id, own } of byModel) {
      const weight = own.reduce((sum, cell) => sum + cell.weight, pseudoDatasets);
      const rest = own.reduce(
        (sum, cell) => sum + cell.weight * (cell.value - (level.get(cell.dataset) ?? 0)),
        0,
      );
      moved = Math.max(moved, Math.abs(rest / weight - (models.get(id) ?? 0)));
      models.set(id, rest / weight);
    }
  }
  return new Map(
    byModel.map(({ id, own }) => [id, { difference: models.get(id) ?? 0, datasets: own.length }]),
  );
}

interface Cell extends ProbeElsewhere {
  /** Log-odds of the accuracy. */
  value: number;
  /** 1 where there are so many pictures that only the data set's own nature makes it uncertain. */
  weight: number;
}

/** What each data set gives a model that is like the others. */
function levels(cells: readonly Cell[], models: ReadonlyMap<string, number>): Map<string, number> {
  const sums = new Map<string, { sum: number; weight: number }>();
  for (const { dataset, versionId, value, weight } of cells) {
    const { sum, weight: before } = sums.get(dataset) ?? { sum: 0, weight: 0 };
    sums.set(dataset, {
      sum: sum + weight * (value - (models.get(versionId) ?? 0)),
      weight: before + weight,
    });
  }
  return new Map([...sums].map(([dataset, { sum, weight }]) => [dataset, sum / weight]));
}
