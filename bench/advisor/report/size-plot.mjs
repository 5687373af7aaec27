import { mean } from '../../study/cells.mjs';
import { chart, marker, notMeasured, panel, polyline, text, uprightText } from './chart.mjs';
import { completeGroups, ways } from './ways.mjs';

const size = { width: 720, height: 450 };
const columns = 3;
const cell = { left: 60, top: 30, width: 196, height: 150, across: 220, down: 210 };

/** Accuracy by training pictures per class: a diagram a domain, a line a way, means over networks and seeds. */
export function sizePlot(groups, datasets) {
  const known = completeGroups(groups);
  const domains = [...new Set(datasets.map(({ domain }) => domain))];
  const diagrams = domains.map((domain, index) => {
    const own = datasets.filter((dataset) => dataset.domain === domain);
    return diagram(domain, index, own, known);
  });
  const title =
    'Test accuracy by training pictures per class, one diagram for each domain, one line for each way: late features with an SVM, the best cut with a linear classifier, last layers trained, everything trained';
  return chart({ ...size, title }, [
    diagrams,
    legend(domains.length),
    text(cell.left + 1.5 * cell.across - 12, size.height - 20, 'training pictures per class', 'middle'),
    uprightText(14, cell.top + (cell.down + cell.height) / 2, 'test accuracy'),
  ]);
}

function diagram(title, index, datasets, groups) {
  const { left, top } = place(index);
  const { width, height } = cell;
  const x = { from: 4, to: 640, isLog: true, ticks: [5, 10, 20, 50, 100, 500], label: String };
  const y = {
    from: 0,
    to: 1,
    ticks: [0, 0.25, 0.5, 0.75, 1],
    label: index % columns === 0 ? (tick) => `${100 * tick} %` : undefined,
  };
  const { atX, atY, parts } = panel({ left, top, width, height, title, x, y });
  const lines = ways.map(({ name, colour, shape }) => {
    const points = datasets.flatMap(({ name: dataset, perClass }) => {
      const of = groups.filter((group) => group.dataset === dataset);
      return of.length === 0 ? [] : [[atX(perClass), atY(mean(of.map((group) => group[name].accuracy)))]];
    });
    return [
      points.length > 1 ? polyline(points, { stroke: colour }) : [],
      points.map(([pointX, pointY]) => marker(shape, pointX, pointY, colour)),
    ];
  });
  const isEmpty = lines.flat(Infinity).length === 0;
  return [parts, isEmpty ? notMeasured(left + width / 2, top + height / 2) : lines];
}

function legend(index) {
  const { left, top } = place(index);
  return ways.map(({ title, colour, shape }, row) => {
    const y = top + 30 + row * 24;
    return [
      polyline(
        [
          [left + 8, y],
          [left + 36, y],
        ],
        { stroke: colour },
      ),
      marker(shape, left + 22, y, colour),
      text(left + 46, y + 4, title),
    ];
  });
}

function place(index) {
  return {
    left: cell.left + (index % columns) * cell.across,
    top: cell.top + Math.floor(index / columns) * cell.down,
  };
}
