import { cell, highlighted, ofKind, row } from './cells.mjs';
import { writeMeasuredPart } from './measured-part.mjs';

/** Writes into the README of each example what it measured beside the built-in strategies. */
export async function writeExampleReports({ results, datasets, strategies, examples }) {
  const runs = results.filter(({ kind }) => kind === 'run');
  for (const { title, folder } of examples) {
    const known = datasets.filter((dataset) => ofKind(runs, dataset, title).length > 0);
    if (known.length === 0) continue;
    const columns = [
      title,
      ...strategies.filter(({ isRandom }) => !isRandom).map((strategy) => strategy.title),
    ];
    const page = new URL(`../../examples/${folder}/README.md`, import.meta.url);
    await writeMeasuredPart(page, [
      [
        row(['', ...columns]),
        row(['---', ...columns.map(() => '---')]),
        ...known.map((dataset) =>
          row([dataset.title, ...highlighted(columns.map((column) => cell(ofKind(runs, dataset, column))))]),
        ),
      ].join('\n'),
    ]);
  }
}
