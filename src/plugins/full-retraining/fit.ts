import type { FeatureCut, FineTuned, FitContext, LinearProbe } from '../contract.js';
import { headLayer } from '../fine-tuning/check-fine-tuning.js';
import { fineTune, requireMemory } from '../fine-tuning/fine-tune.js';
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
  await requireMemory(context, { cut, initialization, views: 1 });
  const [probe] = (await context.probes([cut])) as [LinearProbe];
  return fineTune(context, {
    cut,
    head: probe,
    initialization,
    views: 1,
    chosen: { layer, C: probe.C },
  });
}
