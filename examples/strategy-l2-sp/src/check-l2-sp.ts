import {
  checkInputSize,
  checkTask,
  type DataSummary,
  type ModelManifest,
  type Problem,
} from 'modelzoo/plugin';
import { usableCuts } from 'modelzoo/learning';
import { headCuts } from './head-cuts.js';
import type { L2SpParameters } from './index.js';

/** Every reason why this model cannot be trained on this data; empty when it can. */
export function checkL2Sp(base: ModelManifest, data: DataSummary, parameters: L2SpParameters): Problem[] {
  return [
    ...checkTask('l2-sp', base, data),
    ...checkInputSize(base, parameters.inputSize),
    ...layerProblems(base, parameters.frozenUpTo),
    ...trainingProblems(data, parameters.batchSize),
  ];
}

function layerProblems(base: ModelManifest, frozenUpTo: string | undefined): Problem[] {
  if (headCuts(base, {}).length === 0) {
    return [{ path: 'baseVersionId', message: 'The base model cannot be cut anywhere; choose another.' }];
  }
  if (frozenUpTo === undefined) return [];
  const before = usableCuts(base)
    .map((cut) => cut.layer)
    .filter((layer) => headCuts(base, { frozenUpTo: layer }).length > 0);
  if (before.includes(frozenUpTo)) return [];
  return [
    {
      path: 'parameters.frozenUpTo',
      message: `frozenUpTo is "${frozenUpTo}"; a cut point that leaves layers to train before the head is accepted, such as ${before.slice(-3).join(', ')}.`,
    },
  ];
}

function trainingProblems({ splits }: DataSummary, batchSize: number | undefined): Problem[] {
  const problems: Problem[] = [];
  if (splits.validation.imageCount === 0) {
    problems.push({
      path: 'datasetVersionId',
      message:
        'The data set has no validation pictures, and l2-sp chooses the best weights by them. Publish a version with a validation split.',
    });
  }
  if (batchSize !== undefined && batchSize > splits.train.imageCount) {
    problems.push({
      path: 'parameters.batchSize',
      message: `batchSize is ${batchSize}, but there are ${splits.train.imageCount} training pictures. Choose as many or fewer.`,
    });
  }
  return problems;
}
