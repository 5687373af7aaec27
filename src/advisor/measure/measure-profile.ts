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
import { mostProfilePictures } from './profile-pictures.js';

/** What it may take, about. Nobody waits for a profile, but whoever launches a job meanwhile waits until it is done. */
const mostSeconds = 120;

/**
 * Measures the transfer profile of one model on one data set: a linear probe at every depth. Cuts that others measured
 * already on the same data, with the same network up to there, come back without scores, on 0 pictures. A slow network is
 * measured on fewer pictures, as many as two minutes hold.
 *
 * @throws ZooError IMAGE_UNREADABLE, DATASET_DAMAGED; `signal.reason` when aborted
 */
export async function measureProfile(input: ProfileInput): Promise<ModelMeasurements> {
  const { now = () => performance.now(), seed, signal } = input;
  signal.throwIfAborted();
  const dataset = await readDatasetFolder(input.datasetFolder);
  try {
    const pictures = nestedPictures(picturesOfSplit(dataset, 'train'), seed);
    const budget = new Budget(mostSeconds, now);
    const run = new ModelRun({
      ...input,
      now,
      pictures,
      numClasses: dataset.index.classes.length,
      cache: new FeatureCache(input.cacheFolder, input.cacheBytes),
      budget,
      speed: new ProbeSpeed(),
      leaveOut: new Set(input.knownKeys),
      staysOpen: true,
    });
    try {
      if ((await run.start()) && run.network.cuts.length > 0 && pictures.count > 0) {
        const wanted = Math.min(mostProfilePictures, pictures.count);
        const within = Math.max(1, run.picturesWithin(budget.remaining(), wanted));
        if (await run.measure(within)) await run.finish({ otherCuts: true, learningCurve: false });
      }
      return modelResult(run, { state: 'MEASURED', reason: null });
    } finally {
      await run.network.close();
    }
  } finally {
    await dataset.close();
  }
}
