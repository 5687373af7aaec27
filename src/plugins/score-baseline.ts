import type { LoadedModel } from '../learning/tfjs-layers/network.js';
import { bestProbe } from './best-probe.js';
import { probeCuts } from './candidate-layers.js';
import type { FineTuned, LabelledFeatures } from './contract.js';
import type { LinearProbes } from './linear-probes.js';
import { scoreProbe } from './score-probe.js';
import type { SplitFeatures } from './split-features.js';

/**
 * What a fine-tune has to beat: the best linear probe of the frozen base, layer and C by cross-validation on the training
 * pictures, at the size of pictures that the fine-tune takes. Features come from the cache, so that it costs little,
 * and it is the same for every strategy.
 *
 * @see Kornblith et al., "Do Better ImageNet Models Transfer Better?", 2019, section 4.1: logistic regression on fixed
 *   features beside every fine-tune
 */
export async function scoreBaseline(
  base: LoadedModel,
  { cut }: FineTuned,
  features: SplitFeatures,
  probes: LinearProbes,
): Promise<{ name: string; layer: string; scores: Float32Array }> {
  const probe = bestProbe(await probes.at(probeCuts(base.manifest, cut.inputSize)));
  const [matrix] = await features.at('test', [probe.cut]);
  return {
    name: 'linear-probe',
    layer: probe.cut.layer,
    scores: scoreProbe(probe, matrix as LabelledFeatures),
  };
}
