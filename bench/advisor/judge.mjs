/**
 * How good the advice is: what it would have said of every data set of the study with knowledge fitted to the other domains,
 * beside what really came of every training. Prints the tables. The arguments are those of train-all.mjs; lines that are
 * advised and that it did not train are trained first.
 */
import { readArguments } from './cli.mjs';
import { datasets, prepareDataset } from './datasets.mjs';
import { openLines } from './json-lines.mjs';
import { adviseHeldOut } from './judge/advise-held-out.mjs';
import { judgeAgreement, judgeCalibration } from './judge/promises.mjs';
import { judgePicks } from './judge/picks.mjs';
import { networks, prepareNetwork } from './networks.mjs';
import { train } from './outcomes.mjs';

const { sources, wheel, workFolder, seeds, isChosenDataset } = readArguments();
const outcomes = await openLines(new URL('outcomes.jsonl', import.meta.url));
const measured = await openLines(new URL('measurements.jsonl', import.meta.url));

const judged = [];
for (const seed of seeds) {
  for (const dataset of datasets.filter(isChosenDataset)) {
    const together = measured.lines.find(
      (line) => line.dataset === dataset.name && line.seed === seed && line.title === 'together',
    );
    if (together === undefined) continue;
    const datasetFolder = await prepareDataset(dataset, seed, sources, workFolder);
    const baseFolders = new Map();
    for (const network of networks) {
      baseFolders.set(network.name, await prepareNetwork(network, wheel, workFolder));
    }
    const advice = await adviseHeldOut(together, { outcomes, measured, datasetFolder, baseFolders });
    const lines = [];
    for (const candidate of advice.candidates.filter(({ accuracy }) => accuracy !== null)) {
      lines.push({
        candidate,
        outcome: await outcomeOf(candidate, dataset, seed, { datasetFolder, baseFolders }),
      });
    }
    judged.push({ dataset, seed, together, advice, lines, trained: trainedOn(dataset, seed) });
  }
}
console.log([judgePicks(judged), judgeAgreement(judged), judgeCalibration(judged)].join('\n\n'));

function trainedOn(dataset, seed) {
  return outcomes.lines.filter((line) => line.dataset === dataset.name && line.seed === seed);
}

/** What came of an advised line: as it was trained, or trained now where only its cut differs from those. */
async function outcomeOf({ versionId, strategy, parameters }, dataset, seed, folders) {
  const known = trainedOn(dataset, seed).find(
    (line) =>
      line.model === versionId &&
      line.strategy === strategy &&
      (line.parameters.classifier ?? 'svm') === (parameters.classifier ?? 'svm') &&
      line.parameters.layer === parameters.layer,
  );
  if (known !== undefined) return known;
  const title = `advised ${parameters.classifier ?? 'svm'} at ${parameters.layer}`;
  const key = [dataset.name, versionId, title, seed].join(' · ');
  const baseFolder = folders.baseFolders.get(versionId);
  const result = await train(
    { strategy, parameters },
    { baseFolder, datasetFolder: folders.datasetFolder, seed, workFolder },
  );
  const about = { key, dataset: dataset.name, domain: dataset.domain, model: versionId, seed };
  const line = { ...about, title, strategy, parameters, ...result };
  await outcomes.add(line);
  outcomes.lines.push(line);
  return line;
}
