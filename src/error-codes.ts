/**
 * Every code a person can meet, with the HTTP status it answers as and what it means.
 * `docs/errors.md` lists exactly these; a test holds the two together. Codes never change their meaning.
 */
export const errorCodes = {
  // Whole server
  CONFIG_INVALID: { httpStatus: 500, meaning: 'A configuration variable has a value that is not accepted.' },
  DATA_DIRECTORY_LOCKED: { httpStatus: 500, meaning: 'Another server uses this data folder.' },
  DISK_NEARLY_FULL: { httpStatus: 507, meaning: 'Too little disk space is left to accept a write.' },
  DATABASE_UNAVAILABLE: { httpStatus: 503, meaning: 'The database does not answer.' },
  STORE_UNAVAILABLE: { httpStatus: 503, meaning: 'The object store does not answer.' },
  PORT_IN_USE: { httpStatus: 500, meaning: 'Another program listens on the port the server is to use.' },
  INTERNAL: {
    httpStatus: 500,
    meaning: 'A fault of the server; its log has the details under the request id.',
  },
  // Access
  UNAUTHENTICATED: { httpStatus: 401, meaning: 'No token was sent, or it is unknown, expired or revoked.' },
  FORBIDDEN: { httpStatus: 403, meaning: 'The token lacks the scope, or the account the right, for this.' },
  NOT_FOUND: { httpStatus: 404, meaning: 'There is no such thing, or it is not visible to you.' },
  // Input in general
  INPUT_INVALID: {
    httpStatus: 400,
    meaning: 'One or more fields of the input are not accepted; all are listed.',
  },
  REQUEST_TOO_LARGE: {
    httpStatus: 413,
    meaning: 'A request body is larger than accepted; files are sent to /blobs, not through GraphQL.',
  },
  OPERATION_TOO_LARGE: {
    httpStatus: 400,
    meaning: 'A GraphQL operation is deeper or could answer more than accepted; each limit passed is named.',
  },
  SUBSCRIPTION_NEEDS_WEBSOCKET: {
    httpStatus: 400,
    meaning: 'A subscription came as a plain HTTP request; it needs a WebSocket (graphql-transport-ws).',
  },
  NAME_TAKEN: { httpStatus: 409, meaning: 'The name is in use.' },
  IDEMPOTENCY_KEY_REUSED: { httpStatus: 409, meaning: 'The idempotency key was used with another input.' },
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
  // Bytes over HTTP
  METHOD_NOT_ALLOWED: {
    httpStatus: 405,
    meaning: 'The address is there, but not for this method; the header Allow lists those it is for.',
  },
  // Blobs
  DIGEST_MISMATCH: {
    httpStatus: 422,
    meaning: 'The bytes that arrived do not have the SHA-256 they were sent under; nothing of them is kept.',
  },
  UPLOAD_TRUNCATED: { httpStatus: 400, meaning: 'Fewer bytes arrived than announced.' },
  UPLOAD_TOO_LARGE: {
    httpStatus: 413,
    meaning: 'More bytes arrived than announced, or more than one upload may have.',
  },
  UPLOAD_LENGTH_REQUIRED: { httpStatus: 411, meaning: 'An upload must say its length: send Content-Length.' },
  UPLOAD_OFFSET_MISMATCH: {
    httpStatus: 409,
    meaning: 'The upload cannot go on from that offset; details.offset says how many bytes are kept.',
  },
  BLOB_NOT_FOUND: { httpStatus: 404, meaning: 'The object store has no bytes under that digest.' },
  BLOB_NOT_ADMITTED: {
    httpStatus: 422,
    meaning:
      'A digest is named that you neither sent within the last day nor can read in a version; send the bytes.',
  },
  RANGE_NOT_SATISFIABLE: { httpStatus: 416, meaning: 'The byte range asked for lies outside the file.' },
  // Data sets
  ARCHIVE_UNREADABLE: {
    httpStatus: 422,
    meaning:
      'The archive is not a zip, tar or tar.gz, is cut off or damaged, or uses a feature that is not accepted.',
  },
  ARCHIVE_ENTRY_UNSAFE: {
    httpStatus: 422,
    meaning:
      'An entry of the archive climbs out of its folder, is absolute, or is not an ordinary file or folder.',
  },
  ARCHIVE_DUPLICATE_ENTRY: { httpStatus: 422, meaning: 'Two entries of the archive have the same path.' },
  ARCHIVE_NESTED: {
    httpStatus: 422,
    meaning: 'The archive holds another archive; pack the pictures themselves.',
  },
  ARCHIVE_TOO_LARGE: {
    httpStatus: 422,
    meaning: 'The archive has too many entries, or its contents are larger than accepted.',
  },
  ARCHIVE_BOMB: {
    httpStatus: 422,
    meaning: 'The archive unpacks to far more than pictures ever do: refused as a decompression bomb.',
  },
  DATASET_LAYOUT_UNKNOWN: {
    httpStatus: 422,
    meaning: 'The archive has neither class folders, nor split and class folders, nor a metadata table.',
  },
  DATASET_CLASSES_MISSING: { httpStatus: 422, meaning: 'The data set has no class, or only one.' },
  DATASET_CLASS_TOO_SMALL: {
    httpStatus: 422,
    meaning: 'A class has fewer than two usable pictures, or none in a split that needs it; all are named.',
  },
  DATASET_LABELS_MISMATCH: {
    httpStatus: 422,
    meaning: 'The metadata table and the pictures do not match: rows without picture, pictures without row.',
  },
  DATASET_SPLITS_INVALID: {
    httpStatus: 422,
    meaning:
      'A split has an unknown name, or there is no training split, or splits were asked for that are not there.',
  },
  DATASET_DAMAGED: {
    httpStatus: 500,
    meaning: 'The stored pictures of a data set do not have the digests of its index.',
  },
  // Single pictures of a data set: listed in its report, not fatal
  IMAGE_UNREADABLE: { httpStatus: 422, meaning: 'The picture cannot be decoded to its end.' },
  IMAGE_FORMAT_UNSUPPORTED: {
    httpStatus: 422,
    meaning: 'The file is not a JPEG, PNG, WebP, GIF, AVIF or TIFF picture.',
  },
  IMAGE_TOO_LARGE: { httpStatus: 422, meaning: 'The picture has more bytes or more pixels than accepted.' },
  IMAGE_TOO_SMALL: { httpStatus: 422, meaning: 'The picture is smaller than 8 pixels on a side.' },
  IMAGE_DUPLICATE: {
    httpStatus: 422,
    meaning: 'The file equals, byte for byte, an earlier picture of the same split and class.',
  },
  IMAGE_LABELS_DIFFER: {
    httpStatus: 422,
    meaning: 'The same bytes stand in the same split under different classes; none of the copies is used.',
  },
  // Jobs
  JOB_ALREADY_FINISHED: { httpStatus: 409, meaning: 'The job has ended; there is nothing left to cancel.' },
  JOB_FAILED: {
    httpStatus: 500,
    meaning: 'The work of a job stopped with an error of its own; the message is what it said.',
  },
  JOB_TIMED_OUT: { httpStatus: 500, meaning: 'One attempt of the job ran longer than the worker allows.' },
  JOB_OUT_OF_MEMORY: { httpStatus: 500, meaning: 'The job needed more memory than the worker allows.' },
  JOB_DISK_FULL: { httpStatus: 500, meaning: 'The job wrote more to the disk than an attempt may.' },
  JOB_REPORTS_TOO_MANY: {
    httpStatus: 500,
    meaning: 'The job reported or logged more than a worker looks at; it was ended.',
  },
  JOB_CHECKPOINT_TOO_LARGE: { httpStatus: 500, meaning: 'A checkpoint of the job is larger than is kept.' },
  JOB_ACCESS_DENIED: {
    httpStatus: 500,
    meaning:
      'A strategy asked for a file or a process that the process of a job may not have; the message says which.',
  },
  JOB_PROCESS_EXITED: { httpStatus: 500, meaning: 'The process of a job ended itself without a result.' },
  JOB_PROCESS_CRASHED: { httpStatus: 500, meaning: 'The process of a job crashed in native code.' },
  JOB_PROCESS_DIED: {
    httpStatus: 500,
    meaning: 'The process of a job was ended from outside and gave no result.',
  },
  JOB_RESULT_INVALID: {
    httpStatus: 500,
    meaning: 'What a job wrote did not pass the checks before publishing; nothing of it was published.',
  },
  JOB_OUTPUT_NAME_REFUSED: {
    httpStatus: 500,
    meaning: 'A job made a file whose name is no plain path within its result; nothing was published.',
  },
  JOB_OUTPUT_NOT_PLAIN: {
    httpStatus: 500,
    meaning: 'A job left a link, pipe or device where its result lies; nothing was published.',
  },
  JOB_OUTPUT_TOO_LARGE: {
    httpStatus: 500,
    meaning: 'The result of a job has more files or bytes than is taken; nothing was published.',
  },
  JOB_INFRASTRUCTURE_FAILED: {
    httpStatus: 503,
    meaning: 'Machines failed the job more often than it is retried; the work itself may be fine.',
  },
  WORKER_LOST: {
    httpStatus: 503,
    meaning: 'The worker of an attempt went silent; the job is given to another.',
  },
  WORKER_STOPPED: {
    httpStatus: 503,
    meaning: 'The worker of an attempt was stopped and gave its job back; another goes on with it.',
  },
  // Command line and starters
  USAGE: {
    httpStatus: 400,
    meaning: 'The command line was not understood; `zoo COMMAND --help` says how it is used.',
  },
  SERVER_UNREACHABLE: { httpStatus: 503, meaning: 'The command line got no answer from the server.' },
  SERVER_ANSWER_UNEXPECTED: {
    httpStatus: 502,
    meaning: 'The answer is none that a zoo of this version gives; the URL may lead to another program.',
  },
  TRANSFER_FAILED: {
    httpStatus: 502,
    meaning:
      'A file could not be sent or fetched whole after several tries; the next run goes on where it stopped.',
  },
  FOLDER_INVALID: {
    httpStatus: 422,
    meaning: 'The folder or file given to the command line is missing, or is not what the command takes.',
  },
  PATH_REFUSED: {
    httpStatus: 422,
    meaning: 'A file of a version has a name that would be written outside of the folder it is pulled into.',
  },
  STARTER_UNAVAILABLE: {
    httpStatus: 424,
    meaning: 'The package that ships a starter network is not installed.',
  },
  STARTER_FILE_REFUSED: {
    httpStatus: 422,
    meaning: 'The file of a starter network is not the one that was expected, or cannot be read safely.',
  },
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
} as const satisfies Record<string, { httpStatus: number; meaning: string }>;

export type ErrorCode = keyof typeof errorCodes;
