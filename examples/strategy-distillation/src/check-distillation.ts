import { probeCuts } from 'modelzoo/learning';
import {
  checkInputSize,
  checkTask,
  type DataSummary,
  type ModelManifest,
  type Problem,
} from 'modelzoo/plugin';
import type { DistillationParameters } from './index.js';

/** Every reason why this model cannot teach these classes; empty when it can. */
export function checkDistillation(
  base: ModelManifest,
  data: DataSummary,
  { inputSize }: DistillationParameters,
): Problem[] {
  const problems = [...checkTask('distillation', base, data), ...checkInputSize(base, inputSize)];
  if (probeCuts(base, inputSize).length > 0) return problems;
  const message = 'The base model cannot be cut anywhere, so nothing can be read from it; choose another.';
  return [...problems, { path: 'baseVersionId', message }];
}
