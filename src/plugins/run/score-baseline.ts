import { ZooError } from '../../errors.js';
import type { LoadedModel } from '../../learning/tfjs-layers/network.js';
import { bestProbe } from '../../learning/linear/best-probe.js';
import { probeCuts } from '../../learning/cuts/candidate-layers.js';
import type { LabelledFeatures } from '../contract.js';
import type { LinearProbes } from './linear-probes.js';
import type { RunReporter } from './run-reporter.js';
import { scoreLinear } from '../../learning/linear/score-linear.js';
import type { SplitFeatures } from './split-features.js';

/**
 * What a fine-tune has to beat: the best linear probe of the frozen base, layer and C by cross-validation on the training
 * pictures, at the size of pictures that the fine-tune takes. Features come from the cache, so that it costs little,
 * and it is the same for every strategy.
 *
 * @param inputSize of the pictures that the fine-tune takes; undefined: the base's own.
 * @returns undefined where memory does not suffice for it, which the log says: training is not lost for want of something
 *   to compare it with.
 * @see Kornblith et al., "Do Better ImageNet Models Transfer Better?", 2019, section 4.1: logistic regression on fixed
 *   features beside every fine-tune
 */
export async function scoreBaseline(
  base: LoadedModel,
  inputSize: number | undefined,
  features: SplitFeatures,
  probes: LinearProbes,
  log: RunReporter['log'],
): Promise<{ name: string; layer: string; scores: Float32Array } | undefined> {
  try {
    const probe = bestProbe(await probes.at(probeCuts(base.manifest, inputSize)));
    const [matrix] = await features.at('test', [probe.cut]);
    return {
      name: 'linear-probe',
      layer: probe.cut.layer,
      scores: scoreLinear(probe, matrix as LabelledFeatures),
    };
  } catch (error) {
    if (!(error instanceof ZooError && error.code === 'TRAINING_MEMORY_INSUFFICIENT')) throw error;
    log(`There is no baseline to compare with: memory does not suffice for it. ${error.message}`);
    return undefined;
  }
}
