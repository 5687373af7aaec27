import type { ConformanceError } from '../conformance-error.js';
import type { BaseName, PictureSetName } from '../materials/conformance-materials.js';
import { requireTrial } from '../trial/run-trial.js';
import type { RunCheck, Skipped } from './conformance-subject.js';

const fixes = {
  'two-classes':
    'a special case for two classes (one column instead of two) is not needed: return a column for each.',
  'many-classes': 'take the number of classes from `context.classes.length`, and bound what grows with it.',
  'one-picture':
    'a class may have one training picture: no variance over it, no fold without it, no division by count − 1.',
  odd: 'take sizes from `context.base` and from what comes back, and keep height and width apart; or let `check` say why a model cannot be used.',
} as const;

/** Two classes are a task like any other. */
export const takesTwoClasses = completesOn('2 classes', { pictures: 'two-classes' }, fixes['two-classes']);

/** Forty classes with three training pictures each. */
export const takesManyClasses = completesOn(
  '40 classes',
  { pictures: 'many-classes' },
  fixes['many-classes'],
);

/** A class of which there is one training picture. */
export const takesOnePicture = completesOn(
  'a class with one training picture',
  { pictures: 'one-picture' },
  fixes['one-picture'],
);

/** A base model for pictures of 37 × 29 pixels. */
export const takesAnOddInputSize = completesOn(
  'a model for pictures of 37 × 29 pixels',
  { base: 'odd' },
  fixes.odd,
);

/** A run to its end, unless `check` says beforehand why there can be none. */
function completesOn(
  what: string,
  materials: { base?: BaseName; pictures?: PictureSetName },
  fix: string,
): RunCheck {
  return async (subject): Promise<void | Skipped> => {
    const purpose = `a fit on ${what}, evaluated and written`;
    const refusal = await refusalOf(() => requireTrial(subject, { ...materials, purpose, fix }));
    return refusal === undefined ? undefined : { skipped: `check says: ${refusal}` };
  };
}

/** A strategy may decline a task in its `check`; that is an answer, not a failure. */
export async function refusalOf(run: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    const { cause } = error as ConformanceError;
    if (!(cause instanceof Error && (cause as { code?: unknown }).code === 'STRATEGY_NOT_APPLICABLE'))
      throw error;
    return cause.message;
  }
}
