import type { ErrorCode } from '../../error-codes.js';
import { ZooError } from '../../errors.js';
import { adoptNetwork } from '../../learning/tfjs-layers/adopt-network.js';
import { composeClassifier } from '../../learning/tfjs-layers/compose-classifier.js';
import type { ModelFile } from '../../learning/tfjs-layers/model-files.js';
import type { FittedModel } from '../contract.js';
import type { BaseModel } from './run-inputs.js';

/** Codes that say it is the strategy's result. What is not finite of a head was refused before; what is left are shapes. */
const codesOfResults: Partial<Record<ErrorCode, ErrorCode>> = {
  CLASSIFIER_INVALID: 'STRATEGY_SHAPE_MISMATCH',
  MODEL_WEIGHT_NOT_FINITE: 'STRATEGY_WEIGHTS_NOT_FINITE',
};

/**
 * The files of the version that a strategy's result makes: a head on the base with what changed of it, or a network of its own.
 *
 * @throws ZooError STRATEGY_SHAPE_MISMATCH, MODEL_CUT_UNKNOWN; for a network of its own also STRATEGY_WEIGHTS_NOT_FINITE,
 *   STRATEGY_RESULT_INVALID and MODEL_*
 */
export async function composeFitted(
  strategy: string,
  fitted: FittedModel,
  { base, baseAt }: BaseModel,
  classes: string[],
): Promise<ModelFile[]> {
  try {
    return fitted.kind === 'whole-network'
      ? (await adoptNetwork(base, fitted, classes)).files
      : composeClassifier(await baseAt(fitted.cut.inputSize), fitted, classes).files;
  } catch (error) {
    if (!(error instanceof ZooError)) throw error;
    throw new ZooError(
      codesOfResults[error.code] ?? error.code,
      `${strategy} returned what cannot be published. ${error.message} Nothing was published.`,
      error.details,
      { cause: error },
    );
  }
}
