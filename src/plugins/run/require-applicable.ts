import { ZooError } from '../../errors.js';
import type { ModelManifest } from '../../learning/model-manifest.js';
import type { DataSummary, Strategy } from '../contract.js';

/**
 * Asks a strategy whether it can run on this model and data set.
 *
 * @throws ZooError STRATEGY_NOT_APPLICABLE with every reason why it cannot
 */
export function requireApplicable(
  strategy: Strategy,
  base: ModelManifest,
  data: DataSummary,
  parameters: Record<string, unknown>,
): void {
  const problems = strategy.check(base, data, parameters);
  if (problems.length === 0) return;
  throw new ZooError(
    'STRATEGY_NOT_APPLICABLE',
    `${strategy.name} cannot run on this model and data set:\n${problems.map(({ message }) => message).join('\n')}`,
    { problems },
  );
}
