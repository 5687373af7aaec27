/**
 * What a strategy is written against, `modelzoo/plugin`: the contract's types, `defineStrategy`, the schema library of the
 * parameters, and what the built-in strategies share. Importing it loads no engine and nothing of the server.
 *
 * @see docs/guides/strategy-contract.md
 * @packageDocumentation
 */

export { z } from 'zod';
export { contractVersion } from './contract/contract-version.js';
export { defineStrategy } from './contract.js';
export type * from './contract.js';
export type { FittedHead } from './contract/fitted-model.js';
export type { Problem } from '../errors.js';
export type { Split, SplitSummary } from '../learning/dataset-manifest.js';
export type {
  CutPoint,
  InputSizes,
  InputSpec,
  LayerSummary,
  ModelManifest,
} from '../learning/model-manifest.js';
export type { ModelFile } from '../learning/tfjs-layers/model-files.js';
export type { TableCell } from '../learning/reports/version-report.js';
export type { EpochOrder, Sampling } from '../learning/training/loop/batches/sample-order.js';
export type {
  Schedule,
  ScheduledStep,
  ScheduleFunction,
} from '../learning/training/loop/learning-rate/schedule.js';
export type {
  ClassifierScore,
  EpochRecord,
  ValidationScore,
} from '../learning/training/loop/training-run.js';

// For `check`.
export { checkInputSize, checkTask } from './check/check-task.js';
export { describeNoCutPoint, describeUnknownLayer } from './check/describe-unknown-layer.js';
export { nearestNames } from './check/nearest-names.js';

// For parameters.
export { inputSizeParameter } from './parameters/input-size.js';

// Training with our loop, as `partial-fine-tuning` and `full-retraining` do it.
export { fineTuningParameters, type FineTuningParameters } from './fine-tuning/parameters.js';
export { checkFineTuning, headLayer } from './fine-tuning/check-fine-tuning.js';
export {
  chooseDefaults,
  defaultLearningRate,
  type ChosenTraining,
  type TrainingFacts,
} from './fine-tuning/choose-defaults.js';
export { fineTune, requireFineTuneMemory, type FineTunePlan } from './fine-tuning/fine-tune.js';
