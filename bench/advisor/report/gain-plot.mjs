import {
  axisAround,
  boldText,
  chart,
  line,
  marker,
  notMeasured,
  palette,
  panel,
  shapes,
  text,
  uprightText,
} from './chart.mjs';
import { rankCorrelation } from './gain-points.mjs';

const size = { width: 720, height: 520 };
const cell = { left: 56, top: 46, width: 198, height: 165, across: 222, down: 228 };

const rows = [
  { name: 'partial', title: 'last layers trained' },
  { name: 'full', title: 'everything trained' },
];

const columns = [
  {
    name: 'picturesPerClass',
    title: 'training pictures per class',
    axis: () => ({ from: 4, to: 640, isLog: true, ticks: [5, 10, 20, 50, 100, 500], label: String }),
  },
  {
    name: 'lateGap',
    title: 'late gap, points',
    axis: (values) => ({ ...axisAround(values, 0.1, [0, 0.2]), label: (tick) => Math.round(100 * tick) }),
  },
  {
    name: 'batchNormShift',
    title: 'shift at batch normalisations',
    axis: (values) => ({ ...axisAround(values, 0.2, [0, 0.4]), label: (tick) => tick.toFixed(1) }),
  },
];

/** What training gained over the best linear classifier, against how many pictures there are and how similar they are. */
export function gainPlot(points, datasets, networks) {
  const domains = [...new Set(datasets.map(({ domain }) => domain))];
  const gains = points.flatMap(({ partial, full }) => [partial, full]);
  const y = axisAround(gains, 0.1, [-0.1, 0.2]);
  const look = ({ domain, model }) => ({
    colour: palette[domains.indexOf(domain)],
    shape: shapes[networks.findIndex(({ name }) => name === model)],
  });
  const title =
    'What training the last layers, and training everything, gained over the best linear classifier, against training pictures per class, late gap and shift at batch normalisations: one point for each data set and network';
  return chart({ ...size, title }, [
    rows.map((row, down) => [
      boldText(cell.left, cell.top + down * cell.down - 24, row.title),
      columns.map((column, across) => {
        const of = { valueX: (point) => point[column.name], valueY: (point) => point[row.name], look };
        const known = points.filter((point) => of.valueX(point) !== null);
        const x = column.axis(known.map(of.valueX));
        return diagram(known, of, { across, down, x, y });
      }),
    ]),
    columns.map((column, across) => {
      const middle = cell.left + across * cell.across + cell.width / 2;
      return text(middle, cell.top + cell.down + cell.height + 32, column.title, 'middle');
    }),
    uprightText(12, cell.top + (cell.down + cell.height) / 2, 'gain over the linear classifier, points'),
    legend(domains, networks),
  ]);
}

function diagram(points, { valueX, valueY, look }, { across, down, x, y }) {
  const left = cell.left + across * cell.across;
  const top = cell.top + down * cell.down;
  const { width, height } = cell;
  const correlation = rankCorrelation(points.map(valueX), points.map(valueY));
  const note = correlation === null ? [] : text(left, top - 8, `rank correlation ${signed(correlation)}`);
  const label = across === 0 ? signedPoints : undefined;
  const { atX, atY, parts } = panel({ left, top, width, height, x, y: { ...y, label } });
  const zero = line(left, atY(0), left + width, atY(0), { stroke: '#888', width: 1.5 });
  if (points.length === 0) return [parts, zero, notMeasured(left + width / 2, top + height / 2 - 20)];
  const drawn = points.map((point) => {
    const { shape, colour } = look(point);
    return marker(shape, atX(valueX(point)), atY(valueY(point)), colour, { opacity: 0.85 });
  });
  return [parts, note, zero, drawn];
}

function legend(domains, networks) {
  const y = size.height - 30;
  return [
    inARow(domains, (x, index) => bar(x, y, palette[index]), y),
    inARow(
      networks.map(({ name }) => name),
      (x, index) => marker(shapes[index], x + 6, y + 16, '#888'),
      y + 20,
    ),
  ];
}

function inARow(titles, mark, y) {
  return titles.map((title, index) => {
    const x = cell.left + index * 126;
    return [mark(x, index), text(x + 18, y, title)];
  });
}

const bar = (x, y, colour) => line(x, y - 4, x + 12, y - 4, { stroke: colour, width: 6 });
const signed = (value) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
function signedPoints(gain) {
  const points = Math.round(100 * gain);
  return points === 0 ? '0' : `${points < 0 ? '−' : '+'}${Math.abs(points)}`;
}
