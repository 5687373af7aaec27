import { datasets, prepareDataset } from '../datasets.mjs';
import { networks, prepareNetwork } from '../networks.mjs';
import { adviseHeldOut } from './advise-held-out.mjs';

/**
 * What the advisor would have said of each data set with each seed, with knowledge fitted to the other domains, and what came
 * of each line.
 *
 * @param asked the arguments of the commands, see `../cli.mjs`
 * @param outcomes, measured lines of outcomes.jsonl and measurements.jsonl, as `openLines` has them
 * @param knowsNetworks false: what is known of each network from other data sets is not used
 * @param trainMissing trains a line that was not; without it such a line is left out
 * @returns for each data set and seed that was measured: the advice, its lines with what came of them, the first of them as
 *   `pick`, where it was trained, and all that was trained
 */
export async function judgeAll(
  asked,
  { outcomes, measured },
  { trainMissing = () => undefined, knowsNetworks = true } = {},
) {
  const { sources, wheel, workFolder, seeds, isChosenDataset } = asked;
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
      const advice = await adviseHeldOut(together, {
        knowsNetworks,
        outcomes,
        measured,
        datasetFolder,
        baseFolders,
      });
      const trainedNow = () =>
        outcomes.lines.filter((line) => line.dataset === dataset.name && line.seed === seed);
      const lines = [];
      for (const candidate of advice.candidates.filter(({ accuracy }) => accuracy !== null)) {
        const outcome =
          outcomeOf(candidate, trainedNow()) ??
          (await trainMissing(candidate, dataset, seed, { datasetFolder, baseFolders }));
        lines.push({ candidate, outcome });
      }
      const came = lines.filter(({ outcome }) => outcome !== undefined);
      const pick = came[0] !== undefined && came[0] === lines[0] ? came[0] : undefined;
      judged.push({ dataset, seed, together, advice, lines: came, pick, trained: trainedNow() });
    }
  }
  return judged;
}

function outcomeOf({ versionId, strategy, parameters }, trained) {
  return trained.find(
    (line) =>
      line.model === versionId &&
      line.strategy === strategy &&
      (line.parameters.classifier ?? 'svm') === (parameters.classifier ?? 'svm') &&
      line.parameters.layer === parameters.layer,
  );
}
