import { ZooError } from '../../errors.js';
import type { Estimate } from '../contract.js';

/** Longer than this is no sentence. */
const longestReason = 500;

/**
 * Holds what a strategy returned as its estimate to the contract, and copies what the contract has and nothing else. A
 * strategy may be anybody's code, so nothing about its answer is taken for granted, nor what its process says of it.
 *
 * @throws ZooError ESTIMATE_INVALID
 */
export function requireEstimate(strategy: string, answered: unknown): Estimate {
  const refuse = (what: string): never => {
    throw new ZooError(
      'ESTIMATE_INVALID',
      `${strategy} returned ${what}. What it cannot say is null; its author has to mend it.`,
    );
  };
  if (typeof answered !== 'object' || answered === null) {
    return refuse(`${answered === null ? 'null' : typeof answered} instead of an estimate`);
  }
  const { accuracy, reason, ...figures } = answered as Record<keyof Estimate, unknown>;
  const figure = (name: 'seconds' | 'peakMemoryBytes' | 'storedBytes'): number | null => {
    const value = figures[name];
    if (value === null) return null;
    // What is larger than a number counts exactly is no time and no memory.
    if (isWithin(value, 0, Number.MAX_SAFE_INTEGER)) return value;
    return refuse(`${show(value)} as ${name}; a finite number from 0 is expected`);
  };
  if (reason !== undefined && typeof reason !== 'string') {
    refuse(`${typeof reason} as reason; a sentence is expected, or nothing`);
  }
  return {
    accuracy: accuracyOf(accuracy, refuse),
    seconds: figure('seconds'),
    peakMemoryBytes: figure('peakMemoryBytes'),
    storedBytes: figure('storedBytes'),
    ...(typeof reason === 'string' ? { reason: oneLine(reason) } : {}),
  };
}

function accuracyOf(accuracy: unknown, refuse: (what: string) => never): Estimate['accuracy'] {
  if (accuracy === null) return null;
  if (typeof accuracy !== 'object') {
    return refuse(`${show(accuracy)} as accuracy; { value, standardError } is expected`);
  }
  const { value, standardError } = accuracy as { value?: unknown; standardError?: unknown };
  if (!isWithin(value, 0, 1)) {
    return refuse(`${show(value)} as accuracy.value; a share from 0 to 1 is expected`);
  }
  if (!isWithin(standardError, 0, 1)) {
    return refuse(`${show(standardError)} as accuracy.standardError; a number from 0 to 1 is expected`);
  }
  return { value, standardError };
}

const isWithin = (value: unknown, low: number, high: number): value is number =>
  typeof value === 'number' && value >= low && value <= high;

const show = (value: unknown): string => (typeof value === 'number' ? String(value) : `${typeof value}`);

const oneLine = (reason: string): string => reason.replaceAll(/\s+/g, ' ').trim().slice(0, longestReason);
