import { logOdds, smoothedShare } from '../../../dist/advisor/log-odds.js';
import { deviationsOf80Percent, normalQuantile } from '../../../dist/advisor/normal-quantile.js';
import { mean } from '../../study/cells.mjs';
import { groupsOf } from '../groups-of.mjs';
import { solveRidge } from './solve-ridge.mjs';

/**
 * Strengths of shrinkage that are tried, as so many data sets on which nothing depended on anything: never weak, since left-out
 * domains are few and one of them can favour anything. The last is the mean alone.
 */
const strengths = [3, 10, 30, 100, 1e9];

/** A network's own gain counts as if it had been the mean on one more data set. */
const pseudoDatasets = 1;

/** The interval's shape counts as that of a normal distribution until runs say otherwise, with the weight of so many runs. */
const pseudoRuns = 10;

/** 90 % quantiles of Student's t, by degrees of freedom from 1: domains are few. */
const tQuantiles = [3.078, 1.886, 1.638, 1.533, 1.476, 1.44, 1.415, 1.397, 1.383, 1.372];

/** Least spread in log-odds: no study knows a strategy to half a point. */
const leastSpread = 0.05;

/**
 * The gain of a family over the probe, which is drawn to what the network is worth elsewhere, in log-odds, by ridge
 * regression: drawn towards the family's mean gain as strongly as serves best on domains that were left out, and each
 * network's own part beside it. What is left there, domain by domain, gives the interval. Data sets count alike, however many
 * runs they have.
 *
 * @param digests of the networks' weights by name; left out: names stand for them
 * @returns `error` is the left-out error in log-odds; no knowledge where there are runs of fewer than two domains: nothing
 *   could be left out
 */
export function fitAccuracy(observations, featureNames, digests = {}) {
  const domains = [...new Set(observations.map(({ domain }) => domain))];
  const datasets = [...new Set(observations.map(({ dataset }) => dataset))];
  if (domains.length < 2) return { report: `runs of ${domains.length} domain, not fitted` };
  const rows = observations.map((one) => prepare(one, observations));
  const tried = strengths.map((strength) => {
    const residuals = leaveOutDomains(rows, domains, featureNames, strength);
    const ofUnknown = leaveOutNetworks(rows, featureNames, strength);
    const errorOf = (of) =>
      weightedMean(
        rows,
        of.map((value) => value ** 2),
      );
    return { strength, residuals, error: errorOf(residuals), errorOfUnknown: errorOf(ofUnknown) };
  });
  const best = tried.reduce((leader, next) => (next.error <= leader.error ? next : leader));
  const fitted = fitRidge(rows, featureNames, best.strength);
  const noise = weightedMean(
    rows,
    rows.map(({ variance }) => variance),
  );
  const spreadOver = (error) => Math.max(leastSpread, Math.sqrt(Math.max(0, error - noise)));
  const spread = spreadOver(best.error);
  const normalized = best.residuals.map(
    (value, index) => value / Math.hypot(spread, Math.sqrt(rows[index].variance)),
  );
  const ofFewDomains = (tQuantiles[domains.length - 2] ?? deviationsOf80Percent) / deviationsOf80Percent;
  const fewDomains = 1 + sharedInDomains(rows, best.residuals) * (ofFewDomains - 1);
  const meanGain = weightedMean(
    rows,
    observations.map(({ accuracy, probeAccuracy }) => accuracy - probeAccuracy),
  );
  const knowledge = {
    runs: observations.length,
    datasets: datasets.length,
    domains: domains.length,
    meanGain,
    gain: fitted.intercept,
    coefficients: fitted.coefficients,
    networks: Object.fromEntries(
      Object.entries(fitted.networks).map(([name, gain]) => [digests[name] ?? name, gain]),
    ),
    spread,
    spreadOfUnknown: Math.max(spread, spreadOver(best.errorOfUnknown)),
    low: fewDomains * quantile(normalized, 0.1),
    high: fewDomains * quantile(normalized, 0.9),
  };
  return {
    knowledge,
    error: Math.sqrt(best.error),
    report:
      `${observations.length} runs, ${datasets.length} data sets, ${domains.length} domains; mean gain ${(100 * meanGain).toFixed(1)} points; ` +
      `left-out error ${tried.map(({ strength, error }) => `${Math.sqrt(error).toFixed(3)} at ${strength}`).join(', ')}; ` +
      `spread ${spread.toFixed(3)}, 80 % from ${knowledge.low.toFixed(2)} to ${knowledge.high.toFixed(2)} deviations`,
  };
}

/** An observation as a row: what is to be predicted, its noise, and its weight. */
function prepare(
  { dataset, domain, model, features, probeAccuracy, probeError, drawn, pictures, accuracy, testPictures },
  all,
) {
  const probe = smoothedShare(probeAccuracy, pictures);
  const result = smoothedShare(accuracy, testPictures || 1000);
  const ofTest = testPictures > 0 ? 1 / (testPictures * result * (1 - result)) : 0;
  return {
    dataset,
    domain,
    model,
    features,
    shift: drawn?.shift ?? 0,
    gain: logOdds(result) - logOdds(probe) - (drawn?.shift ?? 0),
    variance: (drawn?.deviation ?? probeError / (probe * (1 - probe))) ** 2 + ofTest,
    weight: 1 / all.filter((one) => one.dataset === dataset).length,
  };
}

/** The part of what is left that is common to a domain: only of that there are as few as domains. */
function sharedInDomains(rows, residuals) {
  const left = rows.map((row, at) => ({ ...row, value: residuals[at] }));
  const all = left.reduce((sum, { weight, value }) => sum + weight * value ** 2, 0);
  const common = groupsOf(left, ({ domain }) => domain).reduce((sum, of) => {
    const ofDomain = weightedMean(
      of,
      of.map(({ value }) => value),
    );
    return sum + of.reduce((total, { weight }) => total + weight, 0) * ofDomain ** 2;
  }, 0);
  return all > 0 ? common / all : 0;
}

function leaveOutDomains(rows, domains, featureNames, strength) {
  const residuals = new Array(rows.length);
  for (const domain of domains) {
    const fitted = fitRidge(
      rows.filter((row) => row.domain !== domain),
      featureNames,
      strength,
    );
    rows.forEach((row, index) => {
      if (row.domain === domain) residuals[index] = row.gain - predict(fitted, row);
    });
  }
  return residuals;
}

/** What is left of a network that the fit has seen neither on this domain nor on another: its probe is not drawn either. */
function leaveOutNetworks(rows, featureNames, strength) {
  const residuals = new Array(rows.length);
  for (const own of groupsOf(rows, ({ domain, model }) => JSON.stringify([domain, model]))) {
    const [{ domain, model }] = own;
    const others = rows.filter((row) => row.domain !== domain);
    const strangers = others.filter((row) => row.model !== model);
    const fitted = fitRidge(strangers.length > 0 ? strangers : others, featureNames, strength);
    for (const row of own) {
      residuals[rows.indexOf(row)] = row.gain + row.shift - predict({ ...fitted, networks: {} }, row);
    }
  }
  return residuals;
}

function fitRidge(rows, featureNames, strength) {
  const standards = featureNames.flatMap((name) => {
    const known = rows.filter(({ features }) => Number.isFinite(features[name]));
    if (known.length < rows.length / 2) return [];
    const mean = weightedMean(
      known,
      known.map(({ features }) => features[name]),
    );
    const scale = Math.sqrt(
      weightedMean(
        known,
        known.map(({ features }) => (features[name] - mean) ** 2),
      ),
    );
    return scale > 1e-9 ? [{ name, mean, scale }] : [];
  });
  const matrix = rows.map(({ features }) => standards.map((standard) => standardized(features, standard)));
  const intercept = weightedMean(
    rows,
    rows.map(({ gain }) => gain),
  );
  const solution = solveRidge(
    matrix,
    rows.map(({ gain }) => gain - intercept),
    rows.map(({ weight }) => weight),
    strength,
  );
  const coefficients = Object.fromEntries(
    standards.flatMap(({ name, mean, scale }, index) =>
      Math.abs(solution[index]) < 1e-6 ? [] : [[name, { mean, scale, coefficient: solution[index] }]],
    ),
  );
  return { intercept, coefficients, networks: networkGains(rows, { intercept, coefficients, networks: {} }) };
}

/** What is left of each network's gains on average, drawn to 0. */
function networkGains(rows, fitted) {
  const gains = groupsOf(rows, ({ model }) => model).map((of) => {
    const byDataset = groupsOf(of, ({ dataset }) => dataset).map((same) =>
      mean(same.map((row) => row.gain - predict(fitted, row))),
    );
    const rest = byDataset.reduce((sum, one) => sum + one, 0);
    return [of[0].model, rest / (byDataset.length + pseudoDatasets)];
  });
  return Object.fromEntries(gains);
}

function predict({ intercept, coefficients, networks }, { features, model }) {
  return Object.entries(coefficients).reduce(
    (sum, [name, known]) => sum + known.coefficient * standardized(features, { name, ...known }),
    intercept + (networks[model] ?? 0),
  );
}

function standardized(features, { name, mean, scale }) {
  if (!Number.isFinite(features[name])) return 0;
  return Math.max(-2.5, Math.min(2.5, (features[name] - mean) / scale));
}

function quantile(values, share) {
  const pseudo = Array.from({ length: pseudoRuns }, (_, index) => normalQuantile((index + 0.5) / pseudoRuns));
  const sorted = [...values, ...pseudo].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.round(share * (sorted.length - 1)))];
}

function weightedMean(rows, values) {
  const total = rows.reduce((sum, { weight }) => sum + weight, 0);
  return values.reduce((sum, value, index) => sum + rows[index].weight * value, 0) / total;
}
