import { describe, ownFunctionInvalid, requireTensor } from './own-function.js';
import type { OptimizerRule } from './optimizer-rule.js';
import { tensorNames } from './tensor-names.js';

/** Names of scalars that every update takes or gives. */
const reserved: string[] = [
  tensorNames.learningRate,
  tensorNames.inverseWeight,
  tensorNames.gradientNorm,
  tensorNames.penalty,
  tensorNames.penaltyNorm,
  tensorNames.movedNorm,
];

/**
 * An optimizer of a strategy's own, held to what a rule has to be whenever it is used.
 *
 * @throws ZooError TRAINING_FUNCTION_INVALID
 */
export function ownOptimizer(rule: OptimizerRule): OptimizerRule {
  const { slots } = rule;
  if (!Array.isArray(slots) || !slots.every(isPlainName) || new Set(slots).size < slots.length) {
    throw ownFunctionInvalid(
      'optimizer.move',
      `has the slots ${JSON.stringify(slots)}; different names of letters, digits and _ are expected, [] where nothing is remembered.`,
    );
  }
  const names = Object.keys(scalarsAt(rule, 1));
  return {
    slots,
    weightDecay: rule.weightDecay,
    scalars(step) {
      const scalars = scalarsAt(rule, step);
      const given = Object.keys(scalars);
      if (given.length === names.length && names.every((name) => name in scalars)) return scalars;
      throw ownFunctionInvalid(
        'optimizer.scalars',
        `gave ${given.join(', ') || 'nothing'} at step ${step} and ${names.join(', ') || 'nothing'} at step 1; the same names are expected at every step.`,
      );
    },
    move(tf, step) {
      const moved: unknown = rule.move(tf, step);
      if (typeof moved !== 'object' || moved === null || !('weight' in moved)) {
        throw ownFunctionInvalid(
          'optimizer.move',
          `gave ${describe(moved)}; { weight, slots } is expected: the weight after the step, and what is remembered of it.`,
        );
      }
      const { shape } = step.weight;
      const given = ('slots' in moved ? moved.slots : undefined) as Record<string, unknown> | undefined;
      const tensorOf = (value: unknown, of: string) => requireTensor('optimizer.move', value, shape, of);
      return {
        weight: tensorOf(moved.weight, 'the weight after the step'),
        slots: Object.fromEntries(
          slots.map((slot) => [slot, tensorOf(given?.[slot], `the slot ${slot} after the step`)]),
        ),
      };
    },
  };
}

function scalarsAt(rule: OptimizerRule, step: number): Record<string, number> {
  const scalars: unknown = rule.scalars(step);
  if (typeof scalars !== 'object' || scalars === null) {
    throw ownFunctionInvalid(
      'optimizer.scalars',
      `gave ${describe(scalars)} at step ${step}; a record of numbers is expected, {} where there are none.`,
    );
  }
  for (const [name, value] of Object.entries(scalars) as [string, unknown][]) {
    if (isPlainName(name) && !reserved.includes(name) && Number.isFinite(value)) continue;
    throw ownFunctionInvalid(
      'optimizer.scalars',
      `gave ${name} as ${describe(value)} at step ${step}; finite numbers are expected, under names of letters, digits and _ ` +
        `other than ${reserved.join(', ')}.`,
    );
  }
  return scalars as Record<string, number>;
}

function isPlainName(name: unknown): boolean {
  return typeof name === 'string' && /^[A-Za-z][A-Za-z0-9_]*$/.test(name);
}
