import { mean } from '../../study/cells.mjs';
import { groupsOf } from '../groups-of.mjs';
import { completeGroups } from './ways.mjs';

/** What may tell how much training gains, all measured without training: the two questions of the rule. */
export const measures = [
  { name: 'picturesPerClass', title: 'training pictures per class' },
  { name: 'gainPerDoubling', title: 'gain of the probe by the last doubling' },
  { name: 'lateGap', title: 'late gap' },
  { name: 'batchNormShift', title: 'shift at batch normalisations' },
  { name: 'probe', title: 'accuracy of the best probe' },
];

/**
 * What training a part or all gained over the best linear classifier, on each data set with each network: means over seeds.
 *
 * @returns {dataset, domain, model, partial, full}, gains in accuracy, with the measures, null where nothing was measured
 */
export function gainPoints(groups, measured) {
  return groupsOf(completeGroups(groups), ({ dataset, model }) => [dataset, model].join(' · ')).map((of) => {
    const [{ dataset, domain, model }] = of;
    const measurements = of.flatMap(({ seed }) => measuredOf(measured, dataset, model, seed) ?? []);
    const gain = (name) => mean(of.map((group) => group[name].accuracy - group.linear.accuracy));
    const about = Object.fromEntries(measures.map(({ name }) => [name, meanOf(measurements, name)]));
    return { dataset, domain, model, partial: gain('partial'), full: gain('full'), ...about };
  });
}

/** What was measured of a network alone on a data set with a seed. */
export function measuredOf(measured, dataset, model, seed) {
  const line = measured.find((one) => one.dataset === dataset && one.title === model && one.seed === seed);
  if (line === undefined) return undefined;
  const [of] = line.measurements.models;
  const probes = of.cuts.flatMap(({ scores }) => scores.probe?.accuracy ?? []);
  return {
    model: of,
    size: line.measurements.dataset,
    picturesPerClass: line.measurements.dataset.perClass.median,
    gainPerDoubling: of.learningCurve?.gainPerDoubling ?? null,
    lateGap: of.similarity?.lateGap ?? null,
    batchNormShift: of.similarity?.batchNormShift ?? null,
    probe: probes.length === 0 ? null : Math.max(...probes),
  };
}

/** The mean of what was measured; null where nothing was. */
export function meanOf(measurements, name) {
  const values = measurements.map((one) => one[name]).filter((value) => value !== null);
  return values.length === 0 ? null : mean(values);
}

/**
 * Rank correlation: 1 where both lists have the same order, −1 where they have the reverse, 0 without relation. Equal numbers
 * share the mean of their ranks. Null where there are fewer than three numbers, or all of a list are equal.
 *
 * @see Spearman, "The Proof and Measurement of Association between Two Things", 1904
 */
export function rankCorrelation(a, b) {
  if (a.length < 3) return null;
  const [x, y] = [ranks(a), ranks(b)].map((list) => list.map((rank) => rank - mean(list)));
  const product = (p, q) => p.reduce((sum, value, index) => sum + value * q[index], 0);
  const scale = Math.sqrt(product(x, x) * product(y, y));
  return scale === 0 ? null : product(x, y) / scale;
}

function ranks(values) {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const equal = values.filter((other) => other === value).length;
    return below + (equal - 1) / 2;
  });
}
