import { bestCut, probeInLogOdds } from '../../../dist/advisor/recommend/best-cut.js';
import { drawProbes } from '../../../dist/advisor/recommend/draw-probes.js';
import { worthElsewhere } from '../../../dist/advisor/recommend/worth-elsewhere.js';
import { leastNetworkSpread } from './constants.mjs';
import { mean } from '../../study/cells.mjs';
import { groupsOf } from '../groups-of.mjs';

/**
 * The best probe of every network that was measured alone, by data set: the mean over seeds.
 *
 * @param lines of measurements.jsonl
 * @returns [{versionId: name of the network, dataset, domain, accuracy, pictures}]
 */
export function studiedProbes(lines) {
  const alone = lines.flatMap(({ title, dataset, domain, measurements }) => {
    const cut = title === 'together' ? undefined : bestCut(measurements.models[0]);
    return cut === undefined ? [] : [{ versionId: title, dataset, domain, cut }];
  });
  return groupsOf(alone, ({ versionId, dataset }) => `${versionId} · ${dataset}`).map((of) => {
    const [{ versionId, dataset, domain }] = of;
    const accuracy = mean(of.map(({ cut }) => cut.probe.accuracy));
    return { versionId, dataset, domain, accuracy, pictures: mean(of.map(({ cut }) => cut.pictures)) };
  });
}

/** What networks are worth on data sets of other domains than one, see `worthElsewhere`. */
function worthInOtherDomains(probes, domain, spread) {
  return worthElsewhere(
    probes.filter((one) => one.domain !== domain),
    spread,
  );
}

/**
 * Standard deviation of a network's worth beside the others from one data set to another, in log-odds: what is left of the
 * differences between probes when what is foretold by the other domains is taken away, and the noise of the probes. That
 * counts as independent, though networks err on the same pictures alike, so the spread is rather too small.
 *
 * @param lines of measurements.jsonl
 */
export function fitNetworkSpread(lines) {
  const probes = studiedProbes(lines);
  const excess = casesOf(lines).flatMap((models) => {
    const worth = worthInOtherDomains(probes, models[0].domain, leastNetworkSpread);
    const known = models.filter(({ name }) => worth.has(name));
    if (known.length < 2) return [];
    const here = mean(known.map(({ value }) => value));
    const there = mean(known.map(({ name }) => worth.get(name).difference));
    // A difference to the mean of n has (n − 1) / n of the variance of one alone.
    const share = (known.length - 1) / known.length;
    return known.map(({ name, value, variance }) => {
      const rest = value - here - (worth.get(name).difference - there);
      // The difference that is known was drawn to 0, as if by one more data set.
      return (rest ** 2 / share - variance) / (1 + 1 / (worth.get(name).datasets + 1));
    });
  });
  return excess.length === 0
    ? leastNetworkSpread
    : Math.max(leastNetworkSpread, Math.sqrt(Math.max(0, mean(excess))));
}

/**
 * The probes of networks that were measured alone, drawn to what they are worth in other domains: as an advice draws them
 * that is asked about all of them.
 *
 * @param lines of measurements.jsonl
 * @returns what `drawProbes` says, by key of the line
 */
export function drawnProbes(lines) {
  const spread = fitNetworkSpread(lines);
  const probes = studiedProbes(lines);
  return new Map(
    casesOf(lines).flatMap((models) => {
      const worth = worthInOtherDomains(probes, models[0].domain, spread);
      const asked = models.map(({ name, measured }) => ({
        ...measured,
        versionId: name,
        elsewhere: worth.get(name),
      }));
      const drawn = drawProbes(asked, models[0].train, spread);
      return models.map(({ key, name }) => [key, drawn.get(name)]);
    }),
  );
}

/** The networks that were measured alone on a data set with a seed. */
function casesOf(lines) {
  const alone = lines.flatMap(({ key, title: name, dataset, domain, seed, measurements }) => {
    const [measured] = measurements.models;
    const cut = name === 'together' ? undefined : bestCut(measured);
    if (cut === undefined) return [];
    const { value, deviation } = probeInLogOdds(cut);
    const { train } = measurements.dataset;
    return [{ key, name, dataset, domain, seed, measured, train, value, variance: deviation ** 2 }];
  });
  return groupsOf(alone, ({ dataset, seed }) => `${dataset} · ${seed}`);
}
