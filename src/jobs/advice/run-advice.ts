import { adviceMeasurements, type AdviceMeasurements } from '../../advisor/measurements.js';
import type { StrategyEstimate } from '../../advisor/recommend/recommend-input.js';
import { ZooError } from '../../errors.js';
import type { Job } from '../../zoo/database/entities/index.js';
import type { ChildEnd } from '../child/run-child.js';
import type { PreparationOptions } from '../worker/prepare-work.js';
import type { RunProcess } from '../worker/run-attempt.js';
import { askStrategies } from './ask-strategies.js';
import { prepareAdvice } from './prepare-advice.js';

/** What an advice is made from, once everything was measured and asked. */
export interface MeasuredAdvice {
  measurements: AdviceMeasurements;
  estimates: StrategyEstimate[];
}

/**
 * Measures the models of an advice in one process, without code of any package, then asks strategies of packages in
 * processes of theirs. An attempt that is lost leaves its features in the cache: the next goes over them quickly and comes to
 * the same numbers.
 *
 * @throws ZooError JOB_RESULT_INVALID, ADVICE_NO_MODELS, and what laying out the inputs throws
 */
export async function runAdvice(job: Job, options: PreparationOptions, run: RunProcess): Promise<ChildEnd> {
  const prepared = await prepareAdvice(job, options);
  const measured = await run(prepared.work);
  if (measured.kind !== 'completed') return measured;
  const measurements = readMeasurements(measured.result['measurements'], prepared.work.models);
  const estimates = await askStrategies(job, prepared, measurements, options, run);
  const result: MeasuredAdvice = { measurements, estimates };
  return { kind: 'completed', result: { ...result } };
}

function readMeasurements(reported: unknown, asked: readonly { versionId: string }[]): AdviceMeasurements {
  const parsed = adviceMeasurements.safeParse(reported);
  const ids = asked.map(({ versionId }) => versionId).join();
  if (parsed.success && parsed.data.models.map(({ versionId }) => versionId).join() === ids)
    return parsed.data;
  const [issue] = parsed.error?.issues ?? [];
  throw new ZooError(
    'JOB_RESULT_INVALID',
    `What was measured is not as expected: ${issue === undefined ? 'it is of other models' : `${issue.path.join('.')}: ${issue.message}`}.`,
  );
}
