/**
 * What is expected of a strategy's jobs and what became of them is kept by family: the strategy's name, and its kind of
 * classifier where it offers another.
 */
export function strategyFamily(strategy: string, parameters: Readonly<Record<string, unknown>>): string {
  const isSoftmax = strategy === 'feature-extraction-svm' && parameters['classifier'] === 'softmax';
  return isSoftmax ? `${strategy}:softmax` : strategy;
}
