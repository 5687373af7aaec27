import type { ErrorCodeTable } from './error-code-table.js';

/** Codes of models: their files, layers and cards. */
export const modelCodes = {
  // Models and cards
  CARD_INVALID: {
    httpStatus: 422,
    meaning:
      'The front matter of a card is not valid YAML, or a field of it is not accepted; the line is named.',
  },
  MODEL_FILE_NOT_ACCEPTED: {
    httpStatus: 422,
    meaning:
      'A file of a version has a path, kind or content that is not accepted (a pickle, a climbing path).',
  },
  // Models
  MODEL_JSON_MISSING: { httpStatus: 422, meaning: 'The model has no model.json.' },
  MODEL_JSON_INVALID: {
    httpStatus: 422,
    meaning: 'model.json is not JSON, or not as Keras and tfjs write it.',
  },
  MODEL_FORMAT_UNSUPPORTED: {
    httpStatus: 422,
    meaning: 'The model is of a format, or a kind of Keras model, that the zoo does not take.',
  },
  MODEL_TOO_LARGE: { httpStatus: 413, meaning: 'model.json or the weights exceed a limit.' },
  MODEL_TOPOLOGY_INVALID: {
    httpStatus: 422,
    meaning: 'The layers do not form one network from one input to one output, or their shapes do not fit.',
  },
  MODEL_LAYER_UNKNOWN: { httpStatus: 422, meaning: 'A layer is of a class that is not on the allow-list.' },
  MODEL_LAYER_INVALID: {
    httpStatus: 422,
    meaning: 'A layer has a configuration that is not on its allow-list.',
  },
  MODEL_PATH_OUTSIDE: {
    httpStatus: 422,
    meaning: 'The weights manifest names a file outside the folder of the model, or not by a plain path.',
  },
  MODEL_SHARD_MISSING: { httpStatus: 422, meaning: 'A file that the weights manifest names is not there.' },
  MODEL_SIZE_MISMATCH: {
    httpStatus: 422,
    meaning: 'The weight files are longer or shorter than the weights they are said to hold.',
  },
  MODEL_WEIGHTS_MISSING: {
    httpStatus: 422,
    meaning: 'Weights that the layers need are not in the manifest.',
  },
  MODEL_WEIGHTS_EXTRA: { httpStatus: 422, meaning: 'The manifest holds a weight that no layer has.' },
  MODEL_WEIGHT_DUPLICATE: { httpStatus: 422, meaning: 'The manifest holds a weight twice.' },
  MODEL_WEIGHT_INVALID: {
    httpStatus: 422,
    meaning: 'A weight has a shape or type that its layer does not take.',
  },
  MODEL_WEIGHT_NOT_FINITE: { httpStatus: 422, meaning: 'A weight holds NaN or infinity.' },
  MODEL_METADATA_INVALID: {
    httpStatus: 422,
    meaning: 'Labels or preprocessing given with a model are not accepted, or do not fit its layers.',
  },
  MODEL_INPUT_SIZE_UNSUPPORTED: {
    httpStatus: 422,
    meaning: 'The layers do not accept pictures of this size.',
  },
  MODEL_CUT_UNKNOWN: { httpStatus: 422, meaning: 'The layer is not a cut point of the model.' },
  CLASSIFIER_INVALID: {
    httpStatus: 422,
    meaning: 'A classifier does not fit the features and classes it is for, or is not finite.',
  },
} as const satisfies ErrorCodeTable;
