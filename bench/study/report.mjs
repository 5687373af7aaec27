import { writeFile } from 'node:fs/promises';
import { cell, highlighted, mean, ofKind, percent, row, signed } from './cells.mjs';
import { depthPlot } from './depth-plot.mjs';
import { writeMeasuredPart } from './measured-part.mjs';

const page = new URL('../../docs/guides/strategies.md', import.meta.url);
const plot = new URL('../../docs/guides/strategies-depth.svg', import.meta.url);

/** The rows of the paper's own table that we stand beside, test accuracy after training on all 60,000 pictures. */
const paperRows = [
  ['linear SVM on pixels, best of the paper’s settings', 0.836],
  ['best classical method of the paper: SVM with an RBF kernel, C = 10', 0.897],
];

/** Writes the measured part of the page, between its markers, and the plot. */
export async function writeReport({ results, datasets, strategies, fashionMnistWhole }) {
  const runs = results.filter(({ kind }) => kind === 'run');
  const depths = results.filter(({ kind }) => kind === 'depth');
  const known = datasets.filter(({ name }) => runs.some(({ dataset }) => dataset === name));
  const scenarios = known.filter(({ shift }) => !shift);
  const shifts = known.filter(({ shift }) => shift);
  const isWholeKnown = runs.some(({ dataset }) => dataset === fashionMnistWhole.name);
  const parts = [
    ...(scenarios.length > 0 ? [accuracyTable(runs, scenarios, strategies)] : []),
    ...(known.length > 0 ? [probeTable(runs, known, strategies)] : []),
    ...(shifts.length > 0 ? [shiftTable(runs, shifts, strategies)] : []),
    ...(isWholeKnown ? [paperTable(runs, fashionMnistWhole.inputSize)] : []),
    ...(depths.length > 0 ? [depthTable(depths, datasets)] : []),
  ];
  await writeMeasuredPart(page, parts);
  if (depths.length > 0) await writeFile(plot, depthPlot(depths, datasets));
}

function accuracyTable(runs, datasets, strategies) {
  return [
    '### The four scenarios',
    '',
    row(['', ...strategies.map(({ title }) => title)]),
    row(['---', ...strategies.map(() => '---')]),
    ...datasets.map((dataset) => {
      const size = dataset.large ? 'large' : 'small';
      const likeness = dataset.similar ? 'similar' : 'different';
      const cells = strategies.map(({ title }) => cell(ofKind(runs, dataset, title)));
      return row([`**${size}, ${likeness}**: ${dataset.title}`, ...highlighted(cells)]);
    }),
  ].join('\n');
}

function shiftTable(runs, datasets, strategies) {
  return [
    '### Another style than the one learned',
    '',
    row(['', ...strategies.map(({ title }) => title)]),
    row(['---', ...strategies.map(() => '---')]),
    ...datasets.map((dataset) =>
      row([dataset.title, ...highlighted(strategies.map(({ title }) => cell(ofKind(runs, dataset, title))))]),
    ),
  ].join('\n');
}

/** What each fine-tune's own evaluation said of it beside the linear probe. */
function probeTable(runs, datasets, strategies) {
  const compared = strategies.filter(({ title }) =>
    runs.some((run) => run.strategy === title && run.baseline),
  );
  return [
    '### Beside the linear probe',
    '',
    row(['', ...compared.map(({ title }) => title)]),
    row(['---', ...compared.map(() => '---')]),
    ...datasets.map((dataset) =>
      row([dataset.title, ...compared.map(({ title }) => verdicts(ofKind(runs, dataset, title)))]),
    ),
  ].join('\n');
}

function verdicts(runs) {
  const known = runs.filter(({ baseline }) => baseline);
  if (known.length === 0) return '–';
  const difference = mean(known.map(({ baseline }) => baseline.difference));
  const counts = new Map();
  for (const { baseline } of known) counts.set(baseline.verdict, (counts.get(baseline.verdict) ?? 0) + 1);
  const words = [...counts].map(
    ([verdict, count]) => `${verdict.toLowerCase().replaceAll('_', ' ')} ${count} ×`,
  );
  return `${signed(difference)} points (${words.join(', ')})`;
}

function paperTable(runs, inputSize) {
  const ours = runs.filter(({ dataset }) => dataset === 'fashion-mnist-all');
  return [
    '### Fashion-MNIST, all 60,000 pictures',
    '',
    row(['', 'test accuracy']),
    row(['---', '---']),
    ...paperRows.map(([title, accuracy]) => row([title, percent(accuracy)])),
    ...ours.map((run) =>
      row([`feature extraction + SVM on MobileNetV2 at ${inputSize} × ${inputSize}`, cell([run]).text]),
    ),
  ].join('\n');
}

function depthTable(depths, datasets) {
  const named = depths.map((depth) => ({
    ...depth,
    title: datasets.find(({ name }) => name === depth.dataset)?.title ?? depth.dataset,
  }));
  const layers = named[0]?.cuts.map(({ layer }) => layer) ?? [];
  return [
    '### Generic early, specific late',
    '',
    '![Accuracy of a linear classifier by depth of the features](strategies-depth.svg)',
    '',
    row(['after layer', ...named.map(({ title }) => title)]),
    row(['---', ...named.map(() => '---')]),
    ...layers.map((layer, index) =>
      row([`\`${layer}\``, ...named.map(({ cuts }) => percent(cuts[index].accuracy))]),
    ),
  ].join('\n');
}
