import {
  fineTune,
  headLayer,
  requireFineTuneMemory,
  type FeatureCut,
  type FineTuned,
  type FitContext,
  type LinearProbe,
} from '../plugin.js';
import type { FullRetrainingParameters } from './index.js';

/** Trains every layer: from the base model's weights under a solved head, or from nothing. */
export async function fit(context: FitContext<FullRetrainingParameters>): Promise<FineTuned> {
  const { parameters, base } = context;
  const { initialization, inputSize } = parameters;
  const layer = headLayer(base, parameters.layer);
  if (layer === undefined)
    throw new TypeError('the base model has no cut point; check() says so before a fit');
  const cut: FeatureCut = { layer, pooling: 'average', inputSize };
  if (initialization === 'random') {
    return fineTune(context, { cut, head: 'random', initialization, views: 1, chosen: { layer } });
  }
  await requireFineTuneMemory(context, { cut, initialization, views: 1 });
  const [probe] = (await context.probes([cut])) as [LinearProbe];
  return fineTune(context, {
    cut,
    head: probe,
    initialization,
    views: 1,
    chosen: { layer, C: probe.C },
  });
}
