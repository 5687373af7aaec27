import { frozenPrefixBefore } from '../../../learning/public.js';
import { headLayer, type ModelManifest } from '../../../plugins/plugin.js';
import {
  chooseHead,
  chooseTrainableFrom,
  stageEnds,
} from '../../../plugins/partial-fine-tuning/choose-trainable-from.js';
import type { PartialFineTuningParameters } from '../../../plugins/partial-fine-tuning/index.js';
import type { ModelMeasurements } from '../../measurements.js';
import { probedCuts } from '../best-cut.js';

/** Which layers a fine-tune trains. */
export interface TrainedPart {
  /** The layer that the head reads. */
  head: string;
  /** The last layer that stays frozen; undefined: everything trains. */
  frozenUpTo: string | undefined;
  /** The first that trains; undefined: everything trains. */
  trainableFrom: string | undefined;
  /** Variations of each picture that the frozen layers are run on. */
  views: number;
}

/** What partial fine-tuning chooses, by the probes that were measured; undefined where it has no layers to choose from. */
export function lateLayers(
  manifest: ModelManifest,
  model: Pick<ModelMeasurements, 'cuts'>,
  trainCount: number,
  { layer, trainableFrom, views }: PartialFineTuningParameters,
): TrainedPart | undefined {
  const probes = probedCuts(model)
    .filter((cut) => cut.isCandidate && stageEnds(manifest, cut.layer).length > 0)
    .map((cut) => ({ layer: cut.layer, crossValidated: cut.probe }))
    .reverse();
  const head = headLayer(manifest, layer ?? chooseHead(probes)?.layer);
  if (head === undefined) return undefined;
  const prefix =
    trainableFrom === undefined
      ? chooseTrainableFrom(manifest, head, trainCount)
      : frozenPrefixBefore(manifest, trainableFrom);
  return prefix && { head, frozenUpTo: prefix.frozenUpTo, trainableFrom: prefix.trainableFrom, views };
}

/** What full retraining trains. */
export function allLayers(manifest: ModelManifest, layer: string | undefined): TrainedPart | undefined {
  const head = headLayer(manifest, layer);
  return head === undefined ? undefined : { head, frozenUpTo: undefined, trainableFrom: undefined, views: 1 };
}
