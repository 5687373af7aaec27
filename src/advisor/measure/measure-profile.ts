import { readDatasetFolder } from '../../learning/datasets/dataset-folder.js';
import { FeatureCache } from '../../learning/features/feature-cache.js';
import { picturesOfSplit } from '../../plugins/run/split-pictures.js';
import type { ModelMeasurements } from '../measurements.js';
import { Budget } from './budget.js';
import type { ProfileInput } from './measure-input.js';
import { modelResult } from './model-result.js';
import { ModelRun } from './model-run.js';
import { nestedPictures } from './nested-pictures.js';
import { ProbeSpeed } from './probe-speed.js';

/** Training pictures at most: a profile compares depths, for which these are enough, and there are many to make. */
const mostPictures = 1_000;

/**
 * Measures the transfer profile of one model on one data set: a linear probe at every depth. Cuts that others measured
 * already on the same data, with the same network up to there, come back without scores, on 0 pictures.
 *
 * @throws ZooError IMAGE_UNREADABLE, DATASET_DAMAGED; `signal.reason` when aborted
 */
export async function measureProfile(input: ProfileInput): Promise<ModelMeasurements> {
  const { now = () => performance.now(), seed, signal } = input;
  signal.throwIfAborted();
  const dataset = await readDatasetFolder(input.datasetFolder);
  try {
    const pictures = nestedPictures(picturesOfSplit(dataset, 'train'), seed);
    const run = new ModelRun({
      ...input,
      now,
      pictures,
      numClasses: dataset.index.classes.length,
      cache: new FeatureCache(input.cacheFolder, input.cacheBytes),
      budget: new Budget(secondsPerModel, now),
      speed: new ProbeSpeed(),
      leaveOut: new Set(input.knownKeys),
      staysOpen: true,
    });
    try {
      if ((await run.start()) && run.network.cuts.length > 0 && pictures.count > 0) {
        if (await run.measure(Math.min(mostPictures, pictures.count)))
          await run.finish({ otherCuts: true, learningCurve: false });
      }
      return modelResult(run, { state: 'MEASURED', reason: null });
    } finally {
      await run.network.close();
    }
  } finally {
    await dataset.close();
  }
}

/** Nobody waits for a profile; what takes longer than this is left out of it. */
const secondsPerModel = 3_600;
