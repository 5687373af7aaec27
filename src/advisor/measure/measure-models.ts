import { readDatasetFolder } from '../../learning/datasets/dataset-folder.js';
import { FeatureCache } from '../../learning/features/feature-cache.js';
import { picturesOfSplit } from '../../plugins/run/split-pictures.js';
import type { AdviceMeasurements } from '../measurements.js';
import { Budget } from './budget.js';
import { datasetSize } from './dataset-size.js';
import { halve } from './halve.js';
import { percent } from '../percent.js';
import { countPictures, duration } from './in-words.js';
import type { MeasureInput } from './measure-input.js';
import { modelResult, type ModelEnd } from './model-result.js';
import { ModelRun } from './model-run.js';
import { nestedPictures } from './nested-pictures.js';
import { ProbeSpeed } from './probe-speed.js';
import { rungSizes } from './rung-sizes.js';
import { byStaticBaseline } from './static-baseline.js';

/** Resident bytes of an open network per parameter: its weights as files, as a graph and in an engine for each thread. */
const bytesPerParameter = 16;

/**
 * Measures which of some models suits a data set, and what of it, without training any: successive halving over the models,
 * each with a linear probe at every cut worth comparing, until one is left, all training pictures are seen or the time is
 * spent. All features go through the cache of jobs, so the job that follows starts on warm ones.
 *
 * @throws ZooError IMAGE_UNREADABLE, DATASET_DAMAGED; `signal.reason` when aborted. A model that cannot be used throws
 *   nothing: it is UNUSABLE, and says why.
 */
export async function measureModels(input: MeasureInput): Promise<AdviceMeasurements> {
  const { now = () => performance.now(), budgetSeconds, seed, signal, on, models } = input;
  const budget = new Budget(budgetSeconds, now);
  signal.throwIfAborted();
  const dataset = await readDatasetFolder(input.datasetFolder);
  const runs: ModelRun[] = [];
  try {
    const pictures = nestedPictures(picturesOfSplit(dataset, 'train'), seed);
    const parameters = models.reduce((sum, { parameterCount }) => sum + parameterCount, 0);
    const shared = {
      ...input,
      now,
      budget,
      pictures,
      numClasses: dataset.index.classes.length,
      cache: new FeatureCache(input.cacheFolder, input.cacheBytes),
      speed: new ProbeSpeed(),
      staysOpen: parameters * bytesPerParameter <= input.memoryBytes / 4,
    };
    runs.push(...models.toSorted(byStaticBaseline).map((model) => new ModelRun({ ...shared, model })));
    const { ends, rungs } = await compare(runs, pictures.count, shared);
    on.log(`Measured in ${duration(budget.spent())} of the ${duration(budgetSeconds)} that were asked for.`);
    return {
      dataset: datasetSize(dataset.index),
      models: models.map(({ versionId }) => {
        const run = runs.find(({ input: { model } }) => model.versionId === versionId) as ModelRun;
        return modelResult(run, ends.get(run) ?? notReached, input.known);
      }),
      rungs,
      budgetSeconds,
      spentSeconds: budget.spent(),
      threads: input.threads,
    };
  } finally {
    await Promise.all(runs.map((run) => run.network.close()));
    await dataset.close();
  }
}

const notReached: ModelEnd = {
  state: 'NOT_REACHED',
  reason: 'The time was spent before its turn came. Ask for more of it, or for fewer models.',
};

const noPictures: ModelEnd = { state: 'NOT_REACHED', reason: 'The data set has no training pictures.' };

/** Halves, finishes those that are left, and says how each ended. */
async function compare(
  runs: readonly ModelRun[],
  all: number,
  { budget, numClasses, on }: { budget: Budget; numClasses: number; on: MeasureInput['on'] },
): Promise<{ ends: Map<ModelRun, ModelEnd>; rungs: AdviceMeasurements['rungs'] }> {
  const ends = new Map<ModelRun, ModelEnd>();
  const rungs: AdviceMeasurements['rungs'] = [];
  if (all === 0) return { ends: new Map(runs.map((run) => [run, noPictures])), rungs };
  const { last } = await halve({
    contestants: runs,
    sizes: rungSizes(all, numClasses),
    remainingSeconds: () => budget.remaining(),
    onRung(pictures, { length: models }) {
      rungs.push({ pictures, models });
      on.log(
        `${models === 1 ? 'One model was' : `${models} models were`} measured on ${countPictures(pictures)} of ` +
          `${all.toLocaleString('en-US')}; ${duration(Math.max(0, budget.remaining()))} are left.`,
      );
    },
    async onDropped(run, best) {
      const reason = whyDropped(run, best);
      ends.set(run, { state: 'DROPPED', reason });
      on.log(`${run.name} is dropped. ${reason}`);
      await run.finish({ otherCuts: false, learningCurve: false });
    },
  });
  for (const run of last) {
    await run.finish({ otherCuts: true, learningCurve: true });
    ends.set(run, { state: 'MEASURED', reason: whyNotAll(run, all) });
  }
  return { ends, rungs };
}

function whyDropped({ standing, pictures }: ModelRun, best: ModelRun): string {
  const seen = `On ${countPictures(pictures)}`;
  if (standing === null || best.standing === null) {
    return `${seen} no linear classifier could be compared, and ${best.name} did better on what it was trained for, or is smaller or newer.`;
  }
  return `${seen} a linear classifier on its features names ${percent(standing.accuracy)} of held-out ones right, on those of ${best.name} ${percent(best.standing.accuracy)}.`;
}

function whyNotAll({ pictures, limit }: ModelRun, all: number): string | null {
  if (pictures === all) return null;
  return pictures === limit ? 'Memory holds no more pictures.' : 'The time held no more pictures.';
}
