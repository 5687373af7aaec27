import { isDeepStrictEqual } from 'node:util';
import { validateParameters } from '../../parameters/validate-parameters.js';
import { ConformanceError } from '../conformance-error.js';
import type { RunCheck } from './conformance-subject.js';

/**
 * What is filled in where a launcher says nothing is accepted when somebody says it: the parameters of a job can be sent
 * again as they are.
 */
export const defaultsAreValid: RunCheck = ({ strategy, parameters }) => {
  const expected = 'parameters that the schema accepts, and accepts again with its defaults filled in';
  const first = validateParameters(strategy, parameters);
  if (first.problems !== undefined) {
    throw new ConformanceError(
      expected,
      first.problems.map(({ message }) => message).join(' '),
      Object.keys(parameters).length === 0
        ? 'give every parameter a default or `.optional()`, or give `parameters` to conformanceChecks.'
        : 'correct the `parameters` that conformanceChecks is given.',
    );
  }
  // As they travel: through JSON.
  const sent = JSON.parse(JSON.stringify(first.value)) as Record<string, unknown>;
  const again = validateParameters(strategy, sent);
  if (again.problems !== undefined) {
    throw new ConformanceError(
      expected,
      again.problems.map(({ message }) => message).join(' '),
      'correct the default: `.default()` is not held against the rest of its field.',
    );
  }
  const twice = JSON.parse(JSON.stringify(again.value)) as Record<string, unknown>;
  if (!isDeepStrictEqual(sent, twice)) {
    throw new ConformanceError(
      expected,
      `the parameters became ${JSON.stringify(sent)}, and sent again ${JSON.stringify(twice)}`,
      'leave out what changes a value on its way through the schema (transforms, coercion, defaults by chance or time).',
    );
  }
  return Promise.resolve();
};
