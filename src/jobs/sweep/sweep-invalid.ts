import { ZooError, type Problem } from '../../errors.js';

/** SWEEP_INVALID with everything that is wrong. */
export function sweepInvalid(problems: Problem[]): ZooError {
  const message = problems.map(({ path, message }) => `${path}: ${message}`).join('\n');
  return new ZooError('SWEEP_INVALID', message, { problems });
}
