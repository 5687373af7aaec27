/** The plugins' door: strategies as data. Nothing here loads what trains; that is `run-strategy.js`, for job processes. */
export { announce, parametersSchema, type StrategyAnnouncement } from './announce.js';
export {
  defineStrategy,
  type DataSummary,
  type FeatureCut,
  type FitContext,
  type FittedModel,
  type LabelledFeatures,
  type Strategy,
} from './contract.js';
export { builtInSources, loadStrategies, type LoadedStrategies, type StrategySource } from './loader.js';
export {
  validateParameters,
  type ParameterProblem,
  type ValidatedParameters,
} from './validate-parameters.js';
export { cardFrontMatter, writeCard, type CardFacts } from './write-card.js';
