import { checkFineTuning, type DataSummary, type ModelManifest, type Problem } from '../plugin.js';
import type { FullRetrainingParameters } from './index.js';

/** Every reason why this model cannot be trained whole on this data; empty when it can. */
export function checkFullRetraining(
  base: ModelManifest,
  data: DataSummary,
  parameters: FullRetrainingParameters,
): Problem[] {
  return checkFineTuning('full-retraining', base, data, parameters, parameters.initialization);
}
