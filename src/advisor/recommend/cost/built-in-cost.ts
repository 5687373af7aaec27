import featureExtraction from '../../../plugins/feature-extraction-svm/index.js';
import fullRetraining from '../../../plugins/full-retraining/index.js';
import partialFineTuning from '../../../plugins/partial-fine-tuning/index.js';
import { headLayer } from '../../../plugins/plugin.js';
import { strategyFamily } from '../../strategy-family.js';
import { bestCut } from '../best-cut.js';
import type { CostInput, JobCost } from './job-cost.js';
import { linearCost } from './linear-cost.js';
import { allLayers, lateLayers } from './trained-part.js';
import { trainingCost } from './training-cost.js';

/** What a job takes, and what it trains for that. */
export interface BuiltInCost extends JobCost {
  /** Null: nothing trains but a classifier. */
  epochs: number | null;
  /** First layer that trains; undefined: all of them do, or none. */
  trainableFrom: string | undefined;
}

type Given = Omit<CostInput, 'area'>;
type Parameters = Readonly<Record<string, unknown>>;

/**
 * What a job of a strategy that comes with the zoo takes, whatever its parameters.
 *
 * @param parameters as a launch sends them
 * @returns undefined for other strategies, for parameters that are not accepted, and for networks without layers to train
 */
export function builtInCost(strategy: string, parameters: Parameters, given: Given): BuiltInCost | undefined {
  return isBuiltIn(strategy) ? costs[strategy]?.(parameters, given) : undefined;
}

/** Whether a strategy came with the zoo, and is estimated here. */
export const isBuiltIn = (strategy: string): boolean => Object.hasOwn(costs, strategy);

const costs: Readonly<Record<string, (raw: Parameters, given: Given) => BuiltInCost | undefined>> = {
  [featureExtraction.name]: (raw, given) => {
    const { data: parameters } = featureExtraction.parameters.safeParse(raw);
    if (parameters === undefined) return undefined;
    const { classifier, inputSize } = parameters;
    const layer = parameters.layer ?? bestCut(given.model)?.layer ?? headLayer(given.manifest, undefined);
    if (layer === undefined) return undefined;
    const family = strategyFamily(featureExtraction.name, raw);
    const cost = linearCost(atSize(given, inputSize), { layer, classifier, family });
    return { ...cost, epochs: null, trainableFrom: undefined };
  },
  [partialFineTuning.name]: (raw, given) => {
    const { data: parameters } = partialFineTuning.parameters.safeParse(raw);
    if (parameters === undefined) return undefined;
    const { manifest, model, data } = given;
    const part = lateLayers(manifest, model, data.splits.train.imageCount, parameters);
    if (part === undefined) return undefined;
    const start = { family: partialFineTuning.name, initialization: 'pretrained' } as const;
    const cost = trainingCost(atSize(given, parameters.inputSize), part, parameters, start);
    return { ...cost, trainableFrom: part.trainableFrom };
  },
  [fullRetraining.name]: (raw, given) => {
    const { data: parameters } = fullRetraining.parameters.safeParse(raw);
    if (parameters === undefined) return undefined;
    const part = allLayers(given.manifest, parameters.layer);
    if (part === undefined) return undefined;
    const { initialization, inputSize } = parameters;
    const start = { family: strategyFamily(fullRetraining.name, raw), initialization };
    return { ...trainingCost(atSize(given, inputSize), part, parameters, start), trainableFrom: undefined };
  },
};

function atSize(given: Given, inputSize: number | undefined): CostInput {
  const { height, width } = given.manifest.input;
  return { ...given, area: inputSize === undefined ? 1 : inputSize ** 2 / (height * width) };
}
