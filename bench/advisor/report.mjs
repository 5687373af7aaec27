/**
 * Writes what the study found into docs/guides/which-strategy.md, and its plots beside it, from outcomes.jsonl and
 * measurements.jsonl. Nothing is trained: run judge.mjs before, which trains the advised classifiers that train-all.mjs did not.
 * The arguments are those of train-all.mjs.
 */
import { readArguments } from './cli.mjs';
import { datasets } from './datasets.mjs';
import { openLines } from './json-lines.mjs';
import { judgeAll } from './judge/judge-all.mjs';
import { networks } from './networks.mjs';
import { writeReport } from './report/write-report.mjs';

const asked = readArguments();
const outcomes = await openLines(new URL('outcomes.jsonl', import.meta.url));
const measured = await openLines(new URL('measurements.jsonl', import.meta.url));
const judged = await judgeAll(asked, { outcomes, measured });
const ofUnknown = await judgeAll(asked, { outcomes, measured }, { knowsNetworks: false });
await writeReport({
  outcomes: outcomes.lines,
  measured: measured.lines,
  judged,
  ofUnknown,
  datasets,
  networks,
});
