/**
 * `modelzoo/plugin/testing`: holds a strategy to what every strategy has to do.
 *
 * @packageDocumentation
 */
export { ConformanceError } from './conformance-error.js';
export {
  conformanceChecks,
  type ConformanceCheck,
  type ConformanceCheckName,
  type ConformanceOptions,
} from './conformance-checks.js';
