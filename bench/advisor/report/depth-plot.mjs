import { mean } from '../../study/cells.mjs';
import { chart, marker, notMeasured, palette, panel, polyline, text, uprightText } from './chart.mjs';
import { measuredOf } from './gain-points.mjs';

const size = { width: 720, height: 316 };
const cell = { left: 60, top: 30, width: 196, height: 190, across: 220 };

/** Domains are compared at about as many pictures a class. */
const comparedPerClass = 50;

/** Accuracy of a linear probe by depth: a diagram a network, a line a domain, means over seeds. */
export function depthPlot(measured, datasets, networks) {
  const compared = closestInSize(
    datasets,
    measured.map(({ dataset }) => dataset),
  );
  const diagrams = networks.map(({ name }, index) => diagram(name, index, compared, measured));
  const title =
    'Accuracy of a linear classifier on the features after each of ten layers, from the input to the output of each network, one line for each domain';
  return chart({ ...size, title }, [
    diagrams,
    uprightText(14, cell.top + cell.height / 2, 'accuracy of the probe'),
    text(
      cell.left + 1.5 * cell.across - 12,
      cell.top + cell.height + 32,
      'layer after which the network is cut',
      'middle',
    ),
    legend(compared),
  ]);
}

/** For each domain, of its data sets that were measured; of all where none was yet. */
function closestInSize(datasets, measured) {
  const domains = [...new Set(datasets.map(({ domain }) => domain))];
  const distance = ({ perClass }) => Math.abs(Math.log(perClass / comparedPerClass));
  return domains.map((domain) => {
    const own = datasets.filter((dataset) => dataset.domain === domain);
    const known = own.filter(({ name }) => measured.includes(name));
    return (known.length > 0 ? known : own).reduce((best, next) =>
      distance(next) < distance(best) ? next : best,
    );
  });
}

function diagram(model, index, datasets, measured) {
  const left = cell.left + index * cell.across;
  const { top, width, height } = cell;
  const x = { from: -0.04, to: 1.04, ticks: [0, 1], label: (tick) => (tick === 0 ? 'first' : 'last') };
  const y = {
    from: 0,
    to: 1,
    ticks: [0, 0.25, 0.5, 0.75, 1],
    label: index === 0 ? (tick) => `${100 * tick} %` : undefined,
  };
  const { atX, atY, parts } = panel({ left, top, width, height, title: model, x, y });
  const lines = datasets.map(({ name }, at) => {
    const points = probesByDepth(measured, name, model).map(
      ({ accuracy, isCandidate }, order, { length }) => ({
        place: [atX(order / Math.max(1, length - 1)), atY(accuracy)],
        isCandidate,
      }),
    );
    if (points.length === 0) return [];
    const places = points.map(({ place }) => place);
    return [
      polyline(places, { stroke: palette[at], width: 1.8 }),
      points
        .filter(({ isCandidate }) => isCandidate)
        .map(({ place }) => marker('circle', ...place, palette[at])),
    ];
  });
  const isEmpty = lines.flat(Infinity).length === 0;
  return [parts, isEmpty ? notMeasured(left + width / 2, top + height / 2 + 16) : lines];
}

/** Input to output, over seeds; a cut without a probe is left out. */
function probesByDepth(measured, dataset, model) {
  const seeds = [...new Set(measured.map(({ seed }) => seed))];
  const known = seeds.flatMap((seed) => measuredOf(measured, dataset, model, seed)?.model ?? []);
  const [first] = known;
  return (first?.cuts ?? []).flatMap(({ layer, isCandidate }) => {
    const accuracies = known.flatMap(
      ({ cuts }) => cuts.find((cut) => cut.layer === layer)?.scores.probe?.accuracy ?? [],
    );
    return accuracies.length === 0 ? [] : [{ accuracy: mean(accuracies), isCandidate }];
  });
}

/** In columns under the diagrams. */
function legend(datasets) {
  const place = (index) => [
    cell.left + (index % 3) * cell.across,
    size.height - 30 + Math.floor(index / 3) * 20,
  ];
  const lines = datasets.map(({ domain, perClass }, index) => {
    const [x, y] = place(index);
    const ends = [
      [x, y],
      [x + 18, y],
    ];
    return [
      polyline(ends, { stroke: palette[index] }),
      text(x + 26, y + 4, `${domain}, ${perClass} a class`),
    ];
  });
  const [x, y] = place(datasets.length);
  return [lines, marker('circle', x + 9, y, '#888'), text(x + 26, y + 4, 'cuts that strategies compare')];
}
