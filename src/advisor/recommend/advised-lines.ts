import { builtInCandidate } from './built-in-candidate.js';
import { isBuiltIn } from './cost/built-in-cost.js';
import type { MeasuredModel, Unranked } from './measured-model.js';
import type { AdvisableStrategy } from './recommend-input.js';
import { thirdPartyCandidate } from './third-party-candidate.js';

/**
 * What an advice says of a strategy on a model: one line, and for linear classifiers one of each kind, at the cut whose
 * features serve best. All else is left to the strategy's defaults.
 */
export function advisedLines(measured: MeasuredModel, strategy: AdvisableStrategy): Unranked[] {
  if (!isBuiltIn(strategy.name)) return [thirdPartyCandidate(measured, strategy)];
  const { layer } = measured.cut;
  const parameters =
    strategy.name === 'feature-extraction-svm'
      ? [
          { layer, classifier: 'svm' },
          { layer, classifier: 'softmax' },
        ]
      : [{}];
  return parameters.map((one) => builtInCandidate(measured, strategy, one));
}
