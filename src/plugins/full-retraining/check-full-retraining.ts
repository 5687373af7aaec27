import type { Problem } from '../../errors.js';
import type { ModelManifest } from '../../learning/model-manifest.js';
import type { DataSummary } from '../contract.js';
import { checkFineTuning } from '../fine-tuning/check-fine-tuning.js';
import type { FullRetrainingParameters } from './index.js';

/** Every reason why this model cannot be trained whole on this data; empty when it can. */
export function checkFullRetraining(
  base: ModelManifest,
  data: DataSummary,
  parameters: FullRetrainingParameters,
): Problem[] {
  return checkFineTuning('full-retraining', base, data, parameters, parameters.initialization);
}
