import type { ModelMeasurements } from '../measurements.js';
import { probedCuts } from './best-cut.js';
import { builtInCandidate } from './built-in-candidate.js';
import { builtInCost, isBuiltIn } from './cost/built-in-cost.js';
import { costInput, notEstimated, usableCost, type MeasuredModel, type Unranked } from './measured-model.js';
import { measuredModels } from './measured-models.js';
import type { AdvisableStrategy, AdvisedModel, RecommendInput } from './recommend-input.js';
import { thirdPartyCandidate } from './third-party-candidate.js';

/** A launch that somebody thinks about. */
export interface ThoughtOfLine {
  versionId: string;
  strategy: string;
  parameters: Record<string, unknown>;
}

/**
 * What a launch would come to, whatever its parameters, as an advice says it of its own lines: without a job or a training.
 * Where the model, or the layer that is named, was not measured on these pictures, memory and stored bytes are left, which
 * follow from the manifest.
 *
 * @returns undefined where model or strategy are none of the input's
 */
export function estimateLine(input: RecommendInput, line: ThoughtOfLine): Unranked | undefined {
  const strategy = input.strategies.find(({ name }) => name === line.strategy);
  const advised = input.models.find(({ versionId }) => versionId === line.versionId);
  if (strategy === undefined || advised === undefined) return undefined;
  const measured = measuredModels(input).measured.find((one) => one.advised.versionId === line.versionId);
  if (!isBuiltIn(strategy.name)) return ofPackage({ advised, measured }, strategy, line.parameters);
  const at = measured && atLayer(measured, strategy, line.parameters);
  if (at === undefined) return ofManifest(input, advised, strategy, line.parameters);
  const candidate = builtInCandidate(at, strategy, line.parameters);
  const { height, width } = advised.manifest.input;
  const { inputSize } = line.parameters;
  if (inputSize === undefined || (inputSize === height && inputSize === width)) return candidate;
  const warning = `Pictures were measured at ${height} × ${width} pixels; what another size does to the accuracy is not known.`;
  return { ...candidate, warnings: [...candidate.warnings, warning] };
}

/** A linear classifier at a named layer rests on the probe there; undefined where there is none. */
function atLayer(
  measured: MeasuredModel,
  { name }: AdvisableStrategy,
  { layer }: Record<string, unknown>,
): MeasuredModel | undefined {
  if (name !== 'feature-extraction-svm' || layer === undefined) return measured;
  const cut = probedCuts(measured.model).find((one) => one.layer === layer);
  return cut && { ...measured, cut, model: { ...measured.model, cuts: [cut] } };
}

function ofManifest(
  input: RecommendInput,
  advised: AdvisedModel,
  strategy: AdvisableStrategy,
  parameters: Record<string, unknown>,
): Unranked {
  const known = input.measurements.models.find(({ versionId }) => versionId === advised.versionId);
  const taken = builtInCost(
    strategy.name,
    parameters,
    costInput({ input, advised, model: known ?? unmeasured(advised.versionId) }),
  );
  const reason =
    'Not estimated: nothing was measured of these pictures there. An advice on the data set measures it in minutes.';
  return {
    ...notEstimated({ advised }, strategy, parameters, { reason }),
    ...(taken === undefined ? {} : usableCost(taken)),
  };
}

/** A package says what its defaults come to; of other parameters it was not asked. */
function ofPackage(
  { advised, measured }: { advised: AdvisedModel; measured: MeasuredModel | undefined },
  strategy: AdvisableStrategy,
  parameters: Record<string, unknown>,
): Unranked {
  if (measured !== undefined && Object.keys(parameters).length === 0) {
    return thirdPartyCandidate(measured, strategy);
  }
  const reason =
    measured === undefined
      ? 'Not estimated: nothing was measured of these pictures with this model. An advice on the data set measures it in minutes.'
      : `Not estimated: ${strategy.name} was asked about its defaults only.`;
  return notEstimated({ advised }, strategy, parameters, { reason });
}

function unmeasured(versionId: string): ModelMeasurements {
  return {
    versionId,
    state: 'NOT_REACHED',
    reason: null,
    pictures: 0,
    picturesPerSecond: null,
    seconds: 0,
    cuts: [],
    learningCurve: null,
    similarity: null,
  };
}
