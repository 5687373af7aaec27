import { probeCuts } from '../candidate-layers.js';
import type { FeatureCut, FineTuned, FitContext, LinearProbe } from '../contract.js';
import { headLayer } from '../fine-tuning/check-fine-tuning.js';
import { fineTune } from '../fine-tuning/fine-tune.js';
import { frozenPrefixBefore, type FrozenPrefix } from '../fine-tuning/frozen-prefix.js';
import { chooseTrainableFrom } from './choose-trainable-from.js';
import type { PartialFineTuningParameters } from './index.js';

type Context = FitContext<PartialFineTuningParameters>;

/** Solves a head on the frozen network, freezes the early layers, and trains the rest from there. */
export async function fit(context: Context): Promise<FineTuned> {
  const { parameters, base } = context;
  const { inputSize, views } = parameters;
  const head = headLayer(base, parameters.layer);
  if (head === undefined)
    throw new TypeError('the base model has no cut point; check() says so before a fit');
  const cut: FeatureCut = { layer: head, pooling: 'average', inputSize };
  const [probe] = (await context.probes([cut])) as [LinearProbe];
  const prefix = await choosePrefix(context, head);
  return fineTune(context, {
    cut,
    frozenUpTo: prefix.frozenUpTo,
    head: probe,
    initialization: 'pretrained',
    views,
    chosen: { layer: head, trainableFrom: prefix.trainableFrom, frozenUpTo: prefix.frozenUpTo, C: probe.C },
  });
}

async function choosePrefix(
  { parameters, base, imageCounts, probes, log }: Context,
  head: string,
): Promise<FrozenPrefix> {
  const { trainableFrom, inputSize } = parameters;
  if (trainableFrom === undefined) {
    const compared = await probes(probeCuts(base, inputSize));
    const chosen = chooseTrainableFrom(base, head, imageCounts.train, compared);
    if (chosen === undefined)
      throw new TypeError('the base model has no stages; check() says so before a fit');
    log(`Layers from ${chosen.trainableFrom} on train: ${chosen.reason}.`);
    return chosen;
  }
  const prefix = frozenPrefixBefore(base, trainableFrom);
  if (prefix === undefined) throw new TypeError('nothing can be frozen; check() says so before a fit');
  if (prefix.trainableFrom !== trainableFrom) {
    log(
      `${trainableFrom} is cut off best behind ${prefix.frozenUpTo}: layers from ${prefix.trainableFrom} on train.`,
    );
  }
  return prefix;
}
