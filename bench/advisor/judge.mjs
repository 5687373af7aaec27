/**
 * How good the advice is: what it would have said of every data set of the study with knowledge fitted to the other domains,
 * beside what really came of every training. Prints the tables. The arguments are those of train-all.mjs; linear classifiers
 * that are advised and that it did not train are trained first.
 */
import { readArguments } from './cli.mjs';
import { openLines } from './json-lines.mjs';
import { judgeAll } from './judge/judge-all.mjs';
import { judgePicks, withUnknownNetworks } from './judge/picks.mjs';
import { judgeAgreement, judgeCalibration } from './judge/promises.mjs';
import { train } from './outcomes.mjs';

const asked = readArguments();
const outcomes = await openLines(new URL('outcomes.jsonl', import.meta.url));
const measured = await openLines(new URL('measurements.jsonl', import.meta.url));
const judged = await judgeAll(asked, { outcomes, measured }, { trainMissing });
const ofUnknown = await judgeAll(asked, { outcomes, measured }, { trainMissing, knowsNetworks: false });
console.log(
  [judgePicks(judged), withUnknownNetworks(ofUnknown), judgeAgreement(judged), judgeCalibration(judged)].join(
    '\n\n',
  ),
);

/** Linear classifiers at cuts that train-all.mjs did not compare; what trains a network is left to that. */
async function trainMissing({ versionId, strategy, parameters }, dataset, seed, folders) {
  if (strategy !== 'feature-extraction-svm') return undefined;
  const title = `advised ${parameters.classifier ?? 'svm'} at ${parameters.layer}`;
  const key = [dataset.name, versionId, title, seed].join(' · ');
  const baseFolder = folders.baseFolders.get(versionId);
  const { datasetFolder } = folders;
  const { workFolder } = asked;
  const result = await train({ strategy, parameters }, { baseFolder, datasetFolder, seed, workFolder });
  const about = { key, dataset: dataset.name, domain: dataset.domain, model: versionId, seed };
  const line = { ...about, title, strategy, parameters, ...result };
  await outcomes.add(line);
  outcomes.lines.push(line);
  return line;
}
