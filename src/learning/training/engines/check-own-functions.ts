import { isOwnOptimizer } from '../programs/optimizer-rule.js';
import { ownFunctionInvalid } from '../programs/own-function.js';
import { tensorNames } from '../programs/tensor-names.js';
import type { OwnFunction } from '../tensor-program.js';
import type { StepResult, TrainingSpec } from './training-engine.js';

/** What an update says of a strategy's own functions, by the programs' names: `penalty`, `penaltyNorm`, `movedNorm`. */
export type UpdateFacts = Record<string, number>;

/** Functions of a strategy that are part of a training's programs. */
export function ownFunctionsOf({ loss, penalty, optimizer }: TrainingSpec): OwnFunction[] {
  return [
    ...(loss === undefined ? [] : ['loss' as const]),
    ...(penalty === undefined ? [] : ['penalty' as const]),
    ...(isOwnOptimizer(optimizer) ? ['optimizer.move' as const] : []),
  ];
}

/** The facts that the update of a training gives. */
export function updateFacts({ penalty, optimizer }: TrainingSpec): string[] {
  return [
    ...(penalty === undefined ? [] : [tensorNames.penalty, tensorNames.penaltyNorm]),
    ...(isOwnOptimizer(optimizer) ? [tensorNames.movedNorm] : []),
  ];
}

/** Logits above it are no ordinary numbers: what a loss makes of them may well overflow. */
const largestOrdinaryLogit = 1e4;

/**
 * Tells a loss of a strategy's own that is wrong from a training that diverges: of ordinary logits it gave NaN or infinity, or a
 * gradient that is NaN.
 *
 * @param gradientNorm NaN where it is not known yet.
 * @throws ZooError TRAINING_FUNCTION_INVALID
 */
export function checkOwnLoss(
  { loss: ownLoss }: TrainingSpec,
  { loss, logits, gradientNorm }: StepResult,
): void {
  if (ownLoss === undefined) return;
  const isSound = Number.isFinite(loss) && !Number.isNaN(gradientNorm);
  if (isSound || !logits.every((logit) => Math.abs(logit) <= largestOrdinaryLogit)) return;
  throw ownFunctionInvalid(
    'loss',
    Number.isFinite(loss)
      ? 'gave a finite loss whose gradient is NaN, though all logits are ordinary numbers. A square root, a logarithm or a ' +
          'division at zero often does that: keep their arguments above zero, by tf.maximum for one.'
      : `gave ${loss}, though all logits are ordinary numbers. Keep logarithms and divisions away from zero; rows whose targets ` +
          'are all zero need a finite loss too.',
    { loss, gradientNorm },
  );
}

/**
 * Tells a penalty or an optimizer of a strategy's own that gave NaN or infinity.
 *
 * @param stepsDone before this one.
 * @throws ZooError TRAINING_FUNCTION_INVALID
 */
export function checkUpdate(facts: UpdateFacts, stepsDone: number): void {
  const isBroken = (name: string) => name in facts && !Number.isFinite(facts[name]);
  const at = `at step ${stepsDone + 1}`;
  if (isBroken(tensorNames.penalty)) {
    throw ownFunctionInvalid('penalty', `gave ${facts[tensorNames.penalty]} ${at}.`, { ...facts });
  }
  if (isBroken(tensorNames.penaltyNorm)) {
    throw ownFunctionInvalid(
      'penalty',
      `gave a finite penalty ${at}, but a gradient that is not. The length of weight − start has none where training begins; ` +
        'take its square, or add a small number under the root.',
      { ...facts },
    );
  }
  if (isBroken(tensorNames.movedNorm)) {
    throw ownFunctionInvalid(
      'optimizer.move',
      `gave NaN or infinity ${at}, from finite weights and gradients. Add a small number to what it divides by, or try a lower learning rate.`,
      { ...facts },
    );
  }
}
