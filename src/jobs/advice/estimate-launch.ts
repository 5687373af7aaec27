import { z } from 'zod';
import type { AdvisedCandidate } from '../../advisor/advice.js';
import { corrections } from '../../advisor/record/corrections.js';
import { estimateLine } from '../../advisor/recommend/estimate-line.js';
import { learnedKnowledge } from '../../advisor/recommend/learned-knowledge.js';
import { ZooError } from '../../errors.js';
import type { Principal } from '../../zoo/access/principal.js';
import { parseInput } from '../../zoo/parse-input.js';
import type { Zoo } from '../../zoo/zoo.js';
import { checkedParameters, findStrategy, visibleBase, visibleData } from '../launch/check-fine-tune.js';
import { strategyFields } from '../launch/launch-fields.js';
import { strategyCatalogue } from '../strategies/strategy-catalogue.js';
import { threadsOfJob } from '../worker/threads-of-job.js';
import { findMeasurements, type EstimateBasis } from './find-measurements.js';
import { newestEqualLine } from './newest-equal-line.js';
import { recordedOutcomes } from './recorded-outcomes.js';
import { weightsDigests } from './weights-digests.js';

const estimateSchema = z.object({ ...strategyFields, datasetVersionId: z.uuid() });

export type EstimateInput = z.input<typeof estimateSchema>;

/** What a launch would come to, as far as anybody can say without a job. */
export interface LaunchEstimate extends Pick<
  AdvisedCandidate,
  'layer' | 'accuracy' | 'seconds' | 'peakMemoryBytes' | 'storedBytes' | 'reason' | 'warnings'
> {
  /** As the job would carry them, defaults filled in. */
  parameters: Record<string, unknown>;
  /** What it rests on. */
  basis: EstimateBasis;
  /** The advice that measured it, where one did. */
  adviceId: string | null;
}

/**
 * A dry run: everything that `launchFineTune` would refuse is refused here, and instead of a job come accuracy, time, memory
 * and stored bytes to expect, from the newest advice that measured the model on these pictures, from its transfer profile, or
 * from the manifests alone.
 *
 * @throws ZooError INPUT_INVALID, NOT_FOUND, STRATEGY_UNKNOWN, STRATEGY_PARAMETERS_INVALID, STRATEGY_NOT_APPLICABLE; PLUGIN_*
 *   where a package fails at being asked
 */
export async function estimateLaunch(
  zoo: Zoo,
  principal: Principal,
  input: EstimateInput,
): Promise<LaunchEstimate> {
  const { baseVersionId, datasetVersionId, ...value } = parseInput(estimateSchema, input);
  const { manager } = zoo.database;
  const base = await visibleBase(manager, principal, baseVersionId);
  const data = await visibleData(manager, principal, datasetVersionId);
  const catalogue = await strategyCatalogue(zoo);
  const entry = findStrategy(catalogue, value.strategy, value.strategyVersion ?? undefined);
  const { name: strategy, version, estimates } = entry.announcement;
  const parameters = await checkedParameters(entry, value.parameters, base, data);
  const thought = { baseVersionId, datasetVersionId, strategy, version, parameters };
  const line = await newestEqualLine(zoo.database, principal, thought);
  if (line !== undefined) return { ...line, parameters, basis: 'ADVICE' };

  const found = await findMeasurements(zoo.database, principal, { baseVersionId, datasetVersionId, data });
  const { task, classes, splits } = data.manifest;
  const weightsDigest = (await weightsDigests(zoo.database, [baseVersionId])).get(baseVersionId);
  const candidate = estimateLine(
    {
      measurements: found.measurements,
      models: [{ versionId: baseVersionId, name: 'the model', manifest: base.manifest, weightsDigest }],
      data: { task, classes, splits },
      strategies: [{ name: strategy, version, estimates }],
      estimates: [],
      knowledge: learnedKnowledge,
      corrections: corrections(await recordedOutcomes(zoo.database, undefined)),
      machine: { threads: threadsOfJob(zoo.config) },
    },
    { versionId: baseVersionId, strategy, parameters: givenParameters(value.parameters) },
  );
  if (candidate === undefined)
    throw new ZooError('INTERNAL', 'an estimate of what was asked for was not made');
  const { layer, accuracy, seconds, peakMemoryBytes, storedBytes, reason, warnings } = candidate;
  return {
    layer,
    accuracy,
    seconds,
    peakMemoryBytes,
    storedBytes,
    reason,
    warnings,
    parameters,
    basis: found.basis,
    adviceId: found.adviceId,
  };
}

/** As they were given: what was left out is chosen by the strategy, and estimated as such. */
function givenParameters(given: unknown): Record<string, unknown> {
  return given === null || given === undefined ? {} : (given as Record<string, unknown>);
}
