import { highlighted, mean, percent, signed } from '../../study/cells.mjs';
import { table } from '../judge/numbers.mjs';
import { meanOf, measuredOf, measures, rankCorrelation } from './gain-points.mjs';
import { countScenarios } from './scenario-tables.mjs';
import { ways } from './ways.mjs';

/** How each of the two questions was answered for each data set: means over networks and seeds, with the least and the most. */
export function measuresTable(measured, datasets, networks) {
  const rows = datasets.flatMap((dataset) => {
    const seeds = [...new Set(measured.map(({ seed }) => seed))];
    const known = seeds.flatMap((seed) =>
      networks.flatMap(({ name }) => measuredOf(measured, dataset.name, name, seed) ?? []),
    );
    if (known.length === 0) return [];
    return [
      [
        titleOf(dataset),
        spread(known, 'gainPerDoubling', (value) => signed(value)),
        spread(known, 'lateGap', (value) => (100 * value).toFixed(1)),
        spread(known, 'batchNormShift', (value) => value.toFixed(2)),
        countScenarios(known),
      ],
    ];
  });
  if (rows.length === 0) return [];
  return [
    [
      '### How many, how similar',
      '',
      table(
        [
          '',
          'gain by the last doubling, points',
          'late gap, points',
          'shift at batch normalisations',
          'scenario',
        ],
        rows,
      ),
    ].join('\n'),
  ];
}

/** The best network of each way on each data set, mean over seeds. */
export function bestTable(groups, datasets, networks) {
  const rows = datasets.flatMap((dataset) => {
    const own = groups.filter((group) => group.dataset === dataset.name);
    const cells = ways.map(({ name }) => bestNetwork(own, name, networks));
    if (cells.every(({ accuracy }) => accuracy < 0)) return [];
    return [[titleOf(dataset), ...highlighted(cells)]];
  });
  if (rows.length === 0) return [];
  return [
    [
      '### Each way with its best network',
      '',
      'The network is the one that did best on the test pictures, of those that were trained in this way.',
      '',
      table(['', ...ways.map(({ title }) => title)], rows),
    ].join('\n'),
  ];
}

/** What goes with the gain of training, and how closely. */
export function gainTable(points) {
  const rows = measures.flatMap(({ name, title }) => {
    const known = points.filter((point) => point[name] !== null);
    const correlations = ['partial', 'full'].map((way) =>
      rankCorrelation(
        known.map((point) => point[name]),
        known.map((point) => point[way]),
      ),
    );
    if (correlations.includes(null)) return [];
    return [[title, ...correlations.map(signedShare), String(known.length)]];
  });
  if (rows.length === 0) return [];
  return [
    [
      '### What goes with the gain of training',
      '',
      table(
        ['rank correlation with the gain of', 'last layers trained', 'everything trained', 'points'],
        rows,
      ),
    ].join('\n'),
  ];
}

/** Seconds of a run, median over data sets and seeds; lines that were run beside other work do not count. */
export function costTable(groups, measured, networks) {
  const columns = [
    { title: 'measuring for an advice', of: (model) => measuringSeconds(measured, model) },
    ...ways
      .filter(({ name }) => name !== 'linear')
      .map(({ name, title }) => ({ title, of: (model) => runSeconds(groups, model, name) })),
  ];
  const rows = networks.flatMap(({ name }) => {
    const seconds = columns.map(({ of }) => of(name));
    return seconds.every((list) => list.length === 0) ? [] : [[name, ...seconds.map(describeSeconds)]];
  });
  if (rows.length === 0) return [];
  return [
    [
      '### What it costs',
      '',
      table(['seconds, median (least–most)', ...columns.map(({ title }) => title)], rows),
    ].join('\n'),
  ];
}

export const titleOf = ({ domain, perClass }) => `${domain}, ${perClass} a class`;

function bestNetwork(groups, way, networks) {
  const found = networks.flatMap(({ name }) => {
    const runs = groups.filter(({ model }) => model === name).flatMap((group) => group[way] ?? []);
    return runs.length === 0 ? [] : [{ name, runs, accuracy: mean(runs.map(({ accuracy }) => accuracy)) }];
  });
  if (found.length === 0) return { text: '–', accuracy: -1 };
  const best = found.reduce((top, next) => (next.accuracy > top.accuracy ? next : top));
  const [low, high] = [0, 1].map((end) =>
    mean(best.runs.map(({ accuracyInterval }) => accuracyInterval[end])),
  );
  const seeds =
    best.runs.length < 3 ? `, ${best.runs.length} ${best.runs.length === 1 ? 'seed' : 'seeds'}` : '';
  return {
    accuracy: best.accuracy,
    text: `${percent(best.accuracy)} (${(100 * low).toFixed(1)}–${(100 * high).toFixed(1)}), ${best.name}${seeds}`,
  };
}

function spread(measurements, name, write) {
  const values = measurements.map((one) => one[name]).filter((value) => value !== null);
  if (values.length === 0) return '–';
  const range = `${write(Math.min(...values))} to ${write(Math.max(...values))}`;
  return `${write(meanOf(measurements, name))} (${range})`;
}

const measuringSeconds = (measured, model) =>
  measured.filter(({ title }) => title === model).map(({ measurements }) => measurements.spentSeconds);

const runSeconds = (groups, model, way) =>
  groups
    .filter((group) => group.model === model)
    .flatMap((group) => (group[way] === undefined || group[way].busy ? [] : [group[way].seconds]));

function describeSeconds(list) {
  if (list.length === 0) return '–';
  const sorted = [...list].sort((a, b) => a - b);
  const [least, median, most] = [0, Math.floor(sorted.length / 2), sorted.length - 1].map((at) =>
    Math.round(sorted[at]),
  );
  return `${median} (${least}–${most})`;
}

const signedShare = (value) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
