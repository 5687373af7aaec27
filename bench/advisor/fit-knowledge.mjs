/**
 * Fits what the advisor knows of strategies to what the study found, and writes it to
 * src/advisor/recommend/learned-knowledge.ts. The errors that it prints are of domains that the fit had not seen. The
 * arguments are those of train-all.mjs, and --dry-run, which prints instead.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { loadTfjsLayers } from '../../dist/learning/tfjs-layers/load-tfjs-layers.js';
import { filesOfFolder } from '../../dist/learning/tfjs-layers/model-files.js';
import { hashBytes } from '../../dist/learning/sha256.js';
import { weightsDigest } from '../../dist/zoo/models/weights-digest.js';
import { readArguments } from './cli.mjs';
import { openLines } from './json-lines.mjs';
import { fitKnowledge } from './knowledge/fit-knowledge.mjs';
import { linesToFit } from './knowledge/lines-to-fit.mjs';
import { networks, prepareNetwork } from './networks.mjs';

const { wheel, workFolder, values } = readArguments({ 'dry-run': { type: 'boolean', default: false } });
const outcomes = await openLines(new URL('outcomes.jsonl', import.meta.url));
const measured = await openLines(new URL('measurements.jsonl', import.meta.url));
const manifests = {};
const digests = {};
for (const network of networks) {
  const folder = await prepareNetwork(network, wheel, workFolder);
  manifests[network.name] = (await loadTfjsLayers(filesOfFolder(folder))).manifest;
  digests[network.name] = await digestOf(folder);
}

const { knowledge, reports } = fitKnowledge(linesToFit(outcomes.lines, measured.lines), measured.lines, {
  manifests,
  digests,
});
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

/** Of a model's weights, as the zoo has it of its versions. */
async function digestOf(folder) {
  const paths = (await readdir(folder, { recursive: true })).filter((path) => path.endsWith('.bin'));
  const files = await Promise.all(
    paths.map(async (path) => ({ path, sha256: hashBytes(await readFile(join(folder, path))) })),
  );
  return weightsDigest(files);
}

/** Four digits: more would say that more is known. */
function rounded(value) {
  if (typeof value === 'number') return Number.isInteger(value) ? value : Number(value.toPrecision(4));
  if (Array.isArray(value)) return value.map(rounded);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, rounded(one)]));
}
