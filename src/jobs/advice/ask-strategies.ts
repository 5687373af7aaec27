import type { AdviceMeasurements, ModelMeasurements } from '../../advisor/measurements.js';
import type { StrategyEstimate } from '../../advisor/recommend/recommend-input.js';
import { ZooError } from '../../errors.js';
import type { Job } from '../../zoo/database/entities/index.js';
import { checkedParameters } from '../launch/check-fine-tune.js';
import { strategyCatalogue, type CatalogueEntry } from '../strategies/strategy-catalogue.js';
import type { PreparationOptions } from '../worker/prepare-work.js';
import type { RunProcess } from '../worker/run-attempt.js';
import type { PreparedAdvice, PreparedModel } from './prepare-advice.js';
import { runEstimate, type AskedEstimate } from './run-estimate.js';

/** Models that strategies are asked about, the best first: each answer costs a process and its time. */
const mostModelsAsked = 3;

/**
 * Asks the strategies of packages what they expect of the models that did best. A strategy that fails at it costs the advice
 * nothing but its own estimate.
 *
 * @throws `signal.reason` when aborted
 */
export async function askStrategies(
  job: Job,
  { models, data, work }: PreparedAdvice,
  measurements: AdviceMeasurements,
  options: PreparationOptions,
  run: RunProcess,
): Promise<StrategyEstimate[]> {
  const catalogue = await strategyCatalogue(options.zoo);
  const entries = catalogue.names.flatMap((name) => catalogue.versionsOf(name)[0] ?? []).filter(isAsked);
  const ask = async (
    { announcement, installed }: CatalogueEntry,
    model: PreparedModel,
    { pictures, picturesPerSecond }: ModelMeasurements,
  ): Promise<AskedEstimate> => {
    if (installed === undefined || picturesPerSecond === null) {
      return { estimate: null, problem: 'the worker that measured does not have it.' };
    }
    const request = {
      strategy: announcement.name,
      origin: installed.origin,
      parameters: {},
      baseFolder: model.folder,
      datasetFolder: work.datasetFolder,
      testSummary: data.manifest.splits.test,
      pictures,
      picturesPerSecond,
      seed: job.seed,
    };
    return runEstimate(request, options, run);
  };
  const estimates: StrategyEstimate[] = [];
  for (const measured of bestModels(measurements)) {
    const model = models.find(({ versionId }) => versionId === measured.versionId);
    if (model === undefined) continue;
    for (const entry of entries) {
      // The advice says by itself of what it cannot run on.
      if (!(await suits(entry, model, data))) continue;
      const { name: strategy } = entry.announcement;
      estimates.push({ versionId: model.versionId, strategy, ...(await ask(entry, model, measured)) });
      options.signal.throwIfAborted();
    }
  }
  return estimates;
}

/** Those that come with the zoo are estimated by the advisor itself. */
function isAsked({ announcement, installed }: CatalogueEntry): boolean {
  return announcement.estimates && installed?.origin.kind !== 'built-in';
}

/** Models that were measured to the end, the best probe first. */
function bestModels({ models }: AdviceMeasurements): ModelMeasurements[] {
  const probe = ({ cuts }: ModelMeasurements) =>
    Math.max(0, ...cuts.map(({ scores }) => scores.probe?.accuracy ?? 0));
  return models
    .filter(({ state, pictures }) => state === 'MEASURED' && pictures > 0)
    .sort((a, b) => probe(b) - probe(a))
    .slice(0, mostModelsAsked);
}

async function suits(
  entry: CatalogueEntry,
  model: PreparedModel,
  data: PreparedAdvice['data'],
): Promise<boolean> {
  try {
    await checkedParameters(entry, {}, model, data);
    return true;
  } catch (error) {
    if (error instanceof ZooError) return false;
    throw error;
  }
}
