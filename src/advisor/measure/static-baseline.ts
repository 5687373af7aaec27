import type { ModelToMeasure } from './measure-input.js';

/**
 * The order in which models are looked at before anything is measured: those that did best on what they were trained for
 * first, unknown ones last; then smaller ones, then newer ones. It is hard to beat, and costs nothing.
 *
 * @see Kornblith et al., "Do Better ImageNet Models Transfer Better?", 2019: source accuracy predicts transfer
 */
export function byStaticBaseline(a: ModelToMeasure, b: ModelToMeasure): number {
  return (
    (b.sourceAccuracy ?? -1) - (a.sourceAccuracy ?? -1) ||
    a.parameterCount - b.parameterCount ||
    Date.parse(b.createdAt) - Date.parse(a.createdAt) ||
    0
  );
}
