/** The plugins' door: strategies as data. Nothing here loads what trains; that is `run/run-strategy.js`, for job processes. */
export { announce, parametersSchema, type StrategyAnnouncement } from './announce.js';
export {
  defineStrategy,
  type DataSummary,
  type FeatureCut,
  type FitContext,
  type FittedModel,
  type LabelledFeatures,
  type LinearProbe,
  type Strategy,
  type TrainedNetwork,
  type Trainer,
  type TrainerSetup,
  type TrainingOutcome,
  type TrainingRecipe,
} from './contract.js';
export { builtInSources, loadStrategies, type LoadedStrategies, type StrategySource } from './loader.js';
export {
  validateParameters,
  type ParameterProblem,
  type ValidatedParameters,
} from './parameters/validate-parameters.js';
export { cardFrontMatter, writeCard, type CardFacts } from './card/write-card.js';
