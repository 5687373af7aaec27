import { ZooError } from '../../errors.js';

/** The refusal of features that are NaN or infinite, naming the first such feature. */
export function featureNotFinite(feature: number): ZooError {
  return new ZooError(
    'FEATURES_NOT_FINITE',
    `Feature ${feature} of the training pictures is NaN or infinite at the cut. Cut the base model at another layer, or check its weights.`,
    { feature },
  );
}
