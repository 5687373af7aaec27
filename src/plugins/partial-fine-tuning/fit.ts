import {
  frozenPrefixBefore,
  hasParametersFrom,
  probeCuts,
  type FrozenPrefix,
} from '../../learning/public.js';
import {
  fineTune,
  requireFineTuneMemory,
  type FineTuned,
  type FitContext,
  type LinearProbe,
} from '../plugin.js';
import { chooseHead, chooseTrainableFrom, stageEnds } from './choose-trainable-from.js';
import type { PartialFineTuningParameters } from './index.js';

type Context = FitContext<PartialFineTuningParameters>;

/** Solves a head on the frozen network, freezes the early layers, and trains the rest from there. */
export async function fit(context: Context): Promise<FineTuned> {
  const probe = await solveHead(context);
  const { layer } = probe.cut;
  const { frozenUpTo, trainableFrom } = choosePrefix(context, layer);
  return fineTune(context, {
    cut: probe.cut,
    frozenUpTo,
    head: probe,
    initialization: 'pretrained',
    views: context.parameters.views,
    chosen: { layer, trainableFrom, frozenUpTo, C: probe.C },
  });
}

/** On the layer that is named. Else on the last, or on one that serves better and has layers to freeze and to train before it. */
async function solveHead(context: Context): Promise<LinearProbe> {
  const { parameters, base, probes, log } = context;
  const { layer, inputSize, trainableFrom } = parameters;
  const leavesLayers = (head: string): boolean =>
    trainableFrom === undefined
      ? stageEnds(base, head).length > 0
      : hasParametersFrom(base, trainableFrom, head);
  const cuts =
    layer === undefined
      ? probeCuts(base, inputSize).filter((cut) => leavesLayers(cut.layer))
      : [{ layer, pooling: 'average' as const, inputSize }];
  const [deepest] = cuts;
  if (deepest !== undefined) {
    const { frozenUpTo } = choosePrefix({ ...context, log: () => undefined }, deepest.layer);
    const { views } = parameters;
    await requireFineTuneMemory(context, { cut: deepest, frozenUpTo, initialization: 'pretrained', views });
  }
  const solved = await probes(cuts);
  const head = chooseHead(solved);
  if (head === undefined) throw new TypeError('there is no layer for a head; check() says so before a fit');
  if (head !== solved[0]) {
    log(
      `The head sits on ${head.cut.layer}: its features serve better than those of ${solved[0]?.cut.layer}. Layers behind it are dropped.`,
    );
  }
  return head;
}

function choosePrefix({ parameters, base, imageCounts, log }: Context, head: string): FrozenPrefix {
  const { trainableFrom } = parameters;
  if (trainableFrom === undefined) {
    const chosen = chooseTrainableFrom(base, head, imageCounts.train);
    if (chosen === undefined)
      throw new TypeError('the base model has no stages; check() says so before a fit');
    log(`Layers from ${chosen.trainableFrom} on train: ${chosen.reason}.`);
    return chosen;
  }
  const prefix = frozenPrefixBefore(base, trainableFrom);
  if (prefix === undefined) throw new TypeError('nothing can be frozen; check() says so before a fit');
  if (prefix.trainableFrom !== trainableFrom) {
    log(
      `The network is cut behind ${prefix.frozenUpTo}, the last place before ${trainableFrom}: layers from ${prefix.trainableFrom} on train.`,
    );
  }
  return prefix;
}
