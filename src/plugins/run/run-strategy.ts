import { ZooError } from '../../errors.js';
import { loadStrategies, type LoadedStrategies } from '../loader.js';
import type { Strategy } from '../contract.js';
import { evaluateFit, type FitEvaluation } from './evaluate-fit.js';
import { fitStrategy, type FitInput, type FitRecord } from './fit-strategy.js';

export interface RunInput extends Omit<FitInput, 'testSummary'> {
  /** Name of an installed strategy. */
  strategy: string;
}

/** What a run made. The files of it that are new lie in the output folder. */
export type RunResult = FitRecord & FitEvaluation;

/**
 * Runs a strategy on a base model and a data set that lie in folders, in this process: it fits, then the files that it
 * wrote are measured on the test split. A job does the same in two processes, of which the strategy's never has the test
 * pictures.
 *
 * @param load gives the strategies that are installed.
 * @throws ZooError STRATEGY_UNKNOWN, and what `fitStrategy` and `evaluateFit` throw; `signal.reason` when aborted
 */
export async function runStrategy(
  { strategy, ...input }: RunInput,
  load: () => Promise<LoadedStrategies> = loadStrategies,
): Promise<RunResult> {
  const fit = await fitStrategy(findStrategy(strategy, await load()), input);
  return { ...fit, ...(await evaluateFit({ ...input, fit })) };
}

function findStrategy(name: string, strategies: LoadedStrategies): Strategy {
  const strategy = strategies.find(name);
  if (strategy !== undefined) return strategy;
  const refused = strategies.refused
    .map(({ source, reason }) => ` ${source} was refused: ${reason}.`)
    .join('');
  throw new ZooError(
    'STRATEGY_UNKNOWN',
    `strategy is "${name}"; installed are ${strategies.all.map((known) => known.name).join(', ')}.${refused}`,
  );
}
