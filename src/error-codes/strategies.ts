import type { ErrorCodeTable } from './error-code-table.js';

/** Codes of strategies, of the packages they come in, and of training. */
export const strategyCodes = {
  // Packages with strategies
  PLUGIN_COMMONJS: {
    httpStatus: 422,
    meaning: 'A strategy package is CommonJS; its package.json must say "type": "module".',
  },
  PLUGIN_CONTRACT_UNSUPPORTED: {
    httpStatus: 422,
    meaning:
      'A strategy package declares no version of the contract, or one that this Model Zoo does not speak.',
  },
  PLUGIN_DEPENDENCY_MISSING: {
    httpStatus: 422,
    meaning: 'A strategy package imports a package that is not installed with it; the message names it.',
  },
  PLUGIN_EXPORT_MISSING: {
    httpStatus: 422,
    meaning: 'A strategy package has no main module, or that module has no strategy as its default export.',
  },
  PLUGIN_IMPORT_FAILED: {
    httpStatus: 422,
    meaning: 'The main module of a strategy package throws while it is imported.',
  },
  PLUGIN_METADATA_INVALID: {
    httpStatus: 422,
    meaning: 'A field of a strategy, or a parameter of it, is missing or not accepted; all are listed.',
  },
  PLUGIN_NAME_TAKEN: {
    httpStatus: 409,
    meaning: 'A strategy has the name of a built-in, or of a strategy from another package.',
  },
  PLUGIN_PROCESS_DIED: {
    httpStatus: 424,
    meaning: 'The process that reads a strategy package ended before it answered.',
  },
  PLUGIN_TIMED_OUT: {
    httpStatus: 424,
    meaning: 'A strategy package did not answer in time while its metadata, parameters or check were read.',
  },
  PLUGIN_PACKAGE_INVALID: {
    httpStatus: 422,
    meaning: 'A strategy package has a package.json that lacks something, or files that are not accepted.',
  },
  PLUGIN_CHANGED: {
    httpStatus: 409,
    meaning: 'The files of a strategy package are no longer those that were installed.',
  },
  PLUGIN_VERSION_TAKEN: {
    httpStatus: 409,
    meaning: 'This version of a strategy package is installed already, with other contents.',
  },
  PLUGIN_NOT_FOUND: {
    httpStatus: 404,
    meaning: 'There is no strategy package of this name, or it is not installed.',
  },
  PLUGIN_INSTALL_FAILED: {
    httpStatus: 500,
    meaning: 'npm could not install a strategy package, or the plugins folder cannot be written.',
  },
  PLUGIN_ANSWER_INVALID: {
    httpStatus: 500,
    meaning:
      'The check or the parameter schema of a strategy threw an error, or its answer is not understood.',
  },
  // Strategies and solvers
  STRATEGY_UNKNOWN: { httpStatus: 422, meaning: 'No strategy of this name is installed.' },
  STRATEGY_PARAMETERS_INVALID: {
    httpStatus: 422,
    meaning: 'One or more parameters of a strategy are not accepted; all are listed.',
  },
  STRATEGY_NOT_APPLICABLE: {
    httpStatus: 422,
    meaning:
      'The strategy cannot run on this model and data set with these parameters; every reason is listed.',
  },
  STRATEGY_RESULT_INVALID: {
    httpStatus: 500,
    meaning:
      'What a strategy returned does not fit the model and the data set, or holds NaN; nothing was published.',
  },
  STRATEGY_WEIGHTS_NOT_FINITE: {
    httpStatus: 500,
    meaning: 'A strategy returned weights with NaN or infinity; nothing was published.',
  },
  STRATEGY_SHAPE_MISMATCH: {
    httpStatus: 500,
    meaning:
      'A strategy returned weights of another shape, or for another number of classes, than model and data set have.',
  },
  STRATEGY_BASE_CHANGED: {
    httpStatus: 500,
    meaning:
      'A result that is said to leave the base model as it was has other layers or weights than the base.',
  },
  EVALUATION_IMPOSSIBLE: {
    httpStatus: 422,
    meaning: 'The held-out split has no picture that counts, or the model gives NaN for one.',
  },
  FEATURES_NOT_FINITE: {
    httpStatus: 422,
    meaning: 'The base model gives NaN or infinity for a picture, so nothing can be fitted on its features.',
  },
  ENGINE_UNAVAILABLE: {
    httpStatus: 503,
    meaning: 'The training engine that the worker is configured for is not there; the message says why.',
  },
  TRAINING_FUNCTION_INVALID: {
    httpStatus: 500,
    meaning:
      'A function that a strategy hands to the training (loss, penalty, optimizer, schedule, order, onEpoch) gave something else than it has to, or NaN; it is named.',
  },
  TRAINING_LAYER_UNSUPPORTED: {
    httpStatus: 422,
    meaning: 'A layer of the network, or an operation it needs, cannot be trained by this engine.',
  },
  TRAINING_MEMORY_INSUFFICIENT: {
    httpStatus: 507,
    meaning: 'Training would take more memory than the job may have; the message says what to lower.',
  },
  TRAINING_RECIPE_INVALID: {
    httpStatus: 422,
    meaning: 'Training cannot follow this recipe on this data; every reason is listed.',
  },
  TRAINING_DIVERGED: {
    httpStatus: 422,
    meaning: 'The loss or the gradients of a training became infinite, NaN, or far larger than at its start.',
  },
  CHECKPOINT_INVALID: {
    httpStatus: 422,
    meaning: 'A checkpoint is damaged, or of another network, recipe, data set or engine.',
  },
} as const satisfies ErrorCodeTable;
