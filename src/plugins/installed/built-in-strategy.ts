import { announce } from '../announce.js';
import type { Strategy } from '../contract.js';
import { validateParameters } from '../parameters/validate-parameters.js';
import type { InstalledStrategy } from './installed-strategies.js';

/** A strategy that comes with the zoo. It is our own code, so it answers in this process. */
export function builtInStrategy(strategy: Strategy): InstalledStrategy {
  return {
    announcement: announce(strategy),
    origin: { kind: 'built-in' },
    validate: (raw) => Promise.resolve(validateParameters(strategy, raw)),
    check: (base, data, parameters) => Promise.resolve(strategy.check(base, data, parameters)),
  };
}
