/**
 * What is expected of a strategy's jobs and what became of them is kept by family: the strategy's name, and its kind of
 * classifier or its start where it offers another.
 */
export function strategyFamily(strategy: string, parameters: Readonly<Record<string, unknown>>): string {
  if (strategy === 'feature-extraction-svm' && parameters['classifier'] === 'softmax') {
    return `${strategy}:softmax`;
  }
  if (strategy === 'full-retraining' && parameters['initialization'] === 'random') {
    return `${strategy}:random`;
  }
  return strategy;
}
