import type { Job } from '../../zoo/database/entities/index.js';
import { readFitRecord } from '../child/fit-record.js';
import { fitPermissions } from '../child/fit-permissions.js';
import type { Work } from '../child/protocol.js';
import type { ChildEnd } from '../child/run-child.js';
import { checkOutput } from '../publish/check-output.js';
import { readStrategiesAgain } from '../launch/installed-strategies.js';
import { prepareEvaluation, prepareFit, type PreparationOptions } from './prepare-work.js';

/**
 * Fits and evaluates in two processes, one after the other: the strategy's has no test picture, and ours has none of the
 * strategy's code. They share nothing but the files that the first leaves.
 *
 * @param run runs one process of the attempt.
 * @throws ZooError JOB_RESULT_INVALID, JOB_OUTPUT_*, and what laying out the inputs throws
 */
export async function runFineTune(
  job: Job,
  options: PreparationOptions,
  run: (work: Work, permissions?: readonly string[]) => Promise<ChildEnd>,
): Promise<ChildEnd> {
  const { zoo, folder, featureFolder } = options;
  const work = await prepareFit(job, options);
  const { addonFolder } = zoo.config.worker.engine;
  const permissions = zoo.config.plugins.permissions
    ? await fitPermissions({ origin: work.origin, folder, featureFolder, addonFolder })
    : [];
  const fitted = await run(work, permissions);
  // Then this worker has not the job's strategy, and leaves it to those that do.
  if (fitted.kind === 'failed' && fitted.error.code === 'PLUGIN_CHANGED') readStrategiesAgain(zoo);
  if (fitted.kind !== 'completed') return fitted;
  await checkOutput(folder.output);
  const fit = readFitRecord(fitted.result);
  const evaluated = await run(await prepareEvaluation(job, fit, options));
  if (evaluated.kind !== 'completed') return evaluated;
  const { files, chosen } = fit;
  return { kind: 'completed', result: { ...evaluated.result, files, chosen } };
}
