import { calibration } from '../../../dist/advisor/record/calibration.js';
import { strategyFamily } from '../../../dist/advisor/strategy-family.js';
import { weightedKendallTau } from '../../../dist/learning/transferability/weighted-kendall-tau.js';
import { networks } from '../networks.mjs';
import { mean, percent } from '../../study/cells.mjs';
import { points, table } from './numbers.mjs';

const sourceAccuracy = new Map(networks.map((network) => [network.name, network.sourceAccuracy]));

/** What a line of an advice could be ranked by: our expectation, or one number of its model. */
const rankings = [
  { name: 'expected accuracy', of: ({ candidate }) => candidate.accuracy.value },
  { name: 'linear probe', of: score((cut) => cut.scores.probe?.accuracy) },
  { name: 'nearest neighbours', of: score((cut) => cut.scores.nearestNeighbours) },
  { name: 'shrinkage H-score', of: score((cut) => cut.scores.hScore) },
  { name: 'LogME', of: score((cut) => cut.scores.logMe) },
  { name: 'accuracy on the model card', of: ({ candidate }) => sourceAccuracy.get(candidate.versionId) },
];

/** What the lines of the same network and family came to on other draws of the same data set: hindsight, and no advice's. */
const onOtherDraws = {
  name: 'hindsight: what came on other draws of the same data set',
  of: ({ candidate }, { dataset, seed }, judged) => {
    const others = judged.filter((one) => one.dataset.name === dataset && one.seed !== seed);
    const came = others.flatMap(({ lines }) =>
      lines.filter((line) => isSameWay(line.candidate, candidate)).map(({ outcome }) => outcome.accuracy),
    );
    return came.length === 0 ? undefined : mean(came);
  },
};

const isSameWay = (a, b) =>
  a.versionId === b.versionId &&
  strategyFamily(a.strategy, a.parameters) === strategyFamily(b.strategy, b.parameters);

/** Whether the order of the lines was the order of what came, by what is promised and by each score of the models alone. */
export function judgeAgreement(judged) {
  const rows = [...rankings, onOtherDraws].map(({ name, of }) => {
    const taus = judged.map(({ lines, together }) => {
      const values = lines.map((line) => of(line, together, judged) ?? 0);
      return (
        weightedKendallTau(
          values,
          lines.map(({ outcome }) => outcome.accuracy),
        ) ?? 0
      );
    });
    return [name, mean(taus).toFixed(2)];
  });
  return table(['ranked by', 'weighted Kendall τ, mean over the data sets'], rows);
}

/** A model's highest score over its cuts. */
function score(of) {
  return ({ candidate }, { measurements }) => {
    const model = measurements.models.find(({ versionId }) => versionId === candidate.versionId);
    const values = (model?.cuts ?? []).map(of).filter((value) => value !== undefined && value !== null);
    return values.length === 0 ? undefined : Math.max(...values);
  };
}

/** The share of promises whose intervals of 80 % held, in words. */
export function coverageOf(judged) {
  const { outcomes, share } = calibration(promisesOf(judged));
  return `${percent(share)} of ${outcomes}`;
}

const promisesOf = (judged) =>
  judged.flatMap(({ dataset, lines }) =>
    lines.map(({ candidate, outcome }) => ({
      domain: dataset.domain,
      strategy: candidate.strategy,
      promised: candidate.accuracy,
      actual: outcome.accuracy,
      testPictures: outcome.imageCount,
    })),
  );

/** Whether intervals of 80 % held 80 % of what came, on domains that the knowledge had not seen. */
export function judgeCalibration(judged) {
  const all = promisesOf(judged);
  const groups = [
    ['all', all],
    ...groupsBy(all, 'domain').map(([name, of]) => [name, of]),
    ...groupsBy(all, 'strategy').map(([name, of]) => [name, of]),
  ];
  const rows = groups.map(([name, of]) => {
    const { outcomes, share, shareInterval, meanError } = calibration(of);
    const width = mean(of.map(({ promised }) => promised.high - promised.low));
    return [
      name,
      String(outcomes),
      `${percent(share)} (${shareInterval.map((end) => (100 * end).toFixed(0)).join('–')})`,
      points(meanError),
      percent(width),
    ];
  });
  return table(['promises', 'how many', 'inside the 80 % interval', 'mean error', 'mean width'], rows);
}

const groupsBy = (list, key) => {
  const names = [...new Set(list.map((one) => one[key]))];
  return names.map((name) => [name, list.filter((one) => one[key] === name)]);
};
