/**
 * Fits what the advisor knows of strategies to runs that really happened, and writes it to
 * src/advisor/recommend/learned-knowledge.ts. The tables it prints are judged on domains that the fit had not seen.
 *
 *   node bench/advisor/fit-knowledge.mjs [--outcomes FILE] [--study bench/study/results.jsonl] [--manifests FILE] [--dry-run]
 *
 * A line of --outcomes is what was measured of one network on one data set, and what came of training it:
 * {dataset, domain, model, seed, measurements, outcomes: [{strategy, parameters, accuracy, imageCount, seconds}]}, where
 * measurements are an advice's (`AdviceMeasurements`) and imageCount counts test pictures. --manifests is a JSON object of
 * model manifests by name: with it, seconds are compared with the formulas and their factors fitted. Lines of --study, the
 * study of the strategies, have no measurements but a probe; see `study-observations.mjs` for what is made of them.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { fitKnowledge } from './knowledge/fit-knowledge.mjs';
import { studyObservations } from './knowledge/study-observations.mjs';

const { values } = parseArgs({
  options: {
    outcomes: { type: 'string' },
    study: { type: 'string' },
    manifests: { type: 'string' },
    'dry-run': { type: 'boolean', default: false },
  },
});
const lines = values.outcomes === undefined ? [] : await readLines(values.outcomes);
const study = values.study === undefined ? [] : studyObservations(await readLines(values.study));
if (lines.length + study.length === 0) throw new Error('--outcomes or --study has to name a file with runs');
const manifests = values.manifests === undefined ? {} : JSON.parse(await readFile(values.manifests, 'utf8'));

const { knowledge, reports } = fitKnowledge(lines, study, manifests);
console.log(reports.join('\n'));
const target = new URL('../../src/advisor/recommend/learned-knowledge.ts', import.meta.url);
const text = `import type { Knowledge } from './knowledge.js';

/** What the advisor knows of strategies before it has seen anyone's pictures. Written by \`bench/advisor/fit-knowledge.mjs\`. */
export const learnedKnowledge: Knowledge = ${JSON.stringify(rounded(knowledge), null, 2)};
`;
const config = await resolveConfig(target);
const source = await format(text, { ...config, parser: 'typescript' });
if (values['dry-run']) console.log(source);
else await writeFile(target, source);

/** Four digits: more would say that more is known. */
function rounded(value) {
  if (typeof value === 'number') return Number.isInteger(value) ? value : Number(value.toPrecision(4));
  if (Array.isArray(value)) return value.map(rounded);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, rounded(one)]));
}

async function readLines(path) {
  const text = await readFile(path, 'utf8');
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line));
}
