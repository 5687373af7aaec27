import { isInside } from '../../../dist/advisor/record/is-inside.js';
import { strategyFamily } from '../../../dist/advisor/strategy-family.js';
import { chart, line, marker, notMeasured, palette, panel, text, uprightText } from './chart.mjs';

const size = { width: 720, height: 640 };
const cell = { left: 60, top: 30, width: 300, height: 240, across: 340, down: 288 };

const families = [
  { name: 'feature-extraction-svm', title: 'linear classifier, SVM' },
  { name: 'feature-extraction-svm:softmax', title: 'linear classifier, softmax' },
  { name: 'partial-fine-tuning', title: 'last layers trained' },
  { name: 'full-retraining', title: 'everything trained' },
];

/** What was promised and what came: a point each line of an advice, its interval of 80 % a bar. */
export function promisePlot(judged) {
  const lines = judged.flatMap((one) => one.lines);
  const diagrams = families.map(({ name, title }, index) => {
    const own = lines.filter(
      ({ candidate }) => strategyFamily(candidate.strategy, candidate.parameters) === name,
    );
    return diagram(title, index, own);
  });
  const title =
    'Accuracy that came of each advised line against the accuracy that was promised, with the promised 80 % interval as a bar, by strategy; the knowledge had not seen the domain';
  const y = size.height - 10;
  return chart({ ...size, title }, [
    diagrams,
    text(cell.left + cell.across / 2 + cell.width / 2, size.height - 38, 'promised accuracy', 'middle'),
    uprightText(14, cell.top + (cell.down + cell.height) / 2, 'test accuracy that came'),
    line(cell.left, y - 9, cell.left, y + 4, { stroke: '#888', width: 3, opacity: 0.5 }),
    text(cell.left + 10, y + 1, 'promised interval, 80 %'),
    marker('circle', cell.left + 160, y - 3, '#888', { size: 3 }),
    text(cell.left + 170, y + 1, 'came inside it'),
    marker('circle', cell.left + 270, y - 3, '#888', { size: 3.4, isHollow: true }),
    text(cell.left + 280, y + 1, 'came outside'),
    line(cell.left + 372, y - 3, cell.left + 394, y - 3, { stroke: '#888', dash: '4 3' }),
    text(cell.left + 400, y + 1, 'as promised'),
  ]);
}

function diagram(title, index, lines) {
  const left = cell.left + (index % 2) * cell.across;
  const top = cell.top + Math.floor(index / 2) * cell.down;
  const { width, height } = cell;
  const share = { from: 0, to: 1, ticks: [0, 0.25, 0.5, 0.75, 1] };
  const label = (tick) => `${100 * tick} %`;
  const x = { ...share, label: (tick) => (tick === 0 ? '' : label(tick)) };
  const y = { ...share, label: index % 2 === 0 ? label : undefined };
  const { atX, atY, parts } = panel({ left, top, width, height, title, x, y });
  const diagonal = line(atX(0), atY(0), atX(1), atY(1), { stroke: '#888', dash: '4 3' });
  const colour = palette[index];
  const isKept = ({ candidate, outcome }) =>
    isInside({ promised: candidate.accuracy, actual: outcome.accuracy, testPictures: outcome.imageCount });
  const bars = lines.map(({ candidate: { accuracy } }) =>
    line(atX(accuracy.value), atY(accuracy.low), atX(accuracy.value), atY(accuracy.high), {
      stroke: colour,
      width: 1.6,
      opacity: 0.28,
    }),
  );
  const came = lines.map((one) => {
    const place = [atX(one.candidate.accuracy.value), atY(one.outcome.accuracy)];
    return marker('circle', ...place, colour, isKept(one) ? { size: 2.6 } : { size: 3, isHollow: true });
  });
  if (lines.length === 0) return [parts, diagonal, notMeasured(left + width / 2, top + height / 4)];
  const count = `${lines.filter(isKept).length} of ${lines.length} inside`;
  return [parts, diagonal, bars, came, text(left + width, top - 8, count, 'end')];
}
