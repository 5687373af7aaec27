import { frozenPrefixBefore, hasParametersFrom } from '../../learning/public.js';
import {
  checkFineTuning,
  describeUnknownLayer,
  headLayer,
  type DataSummary,
  type ModelManifest,
  type Problem,
} from '../plugin.js';
import { stageEnds } from './choose-trainable-from.js';
import type { PartialFineTuningParameters } from './index.js';

/** Every reason why the last layers of this model cannot be trained on this data; empty when they can. */
export function checkPartialFineTuning(
  base: ModelManifest,
  data: DataSummary,
  parameters: PartialFineTuningParameters,
): Problem[] {
  return [
    ...checkFineTuning('partial-fine-tuning', base, data, parameters, 'pretrained'),
    ...trainableFromProblems(base, parameters),
  ];
}

function trainableFromProblems(
  base: ModelManifest,
  { trainableFrom, layer }: PartialFineTuningParameters,
): Problem[] {
  const head = headLayer(base, layer);
  const names = base.layers.map(({ name }) => name);
  // A head that is nowhere has been complained of already.
  if (head === undefined || !names.includes(head)) return [];
  const path = 'parameters.trainableFrom';
  if (trainableFrom === undefined) {
    return stageEnds(base, head).length > 0
      ? []
      : [
          {
            path,
            message:
              'trainableFrom is left out, and the base model has no stages to choose from. Name the first layer that is to train.',
          },
        ];
  }
  const upToHead = names.slice(0, names.indexOf(head) + 1);
  if (!names.includes(trainableFrom)) {
    return [{ path, message: describeUnknownLayer('trainableFrom', trainableFrom, upToHead) }];
  }
  if (!hasParametersFrom(base, trainableFrom, head)) {
    return [
      {
        path,
        message: `trainableFrom is "${trainableFrom}", and no layer from there to ${head}, where the head sits, has parameters to train. Name an earlier layer, or use feature-extraction-svm.`,
      },
    ];
  }
  if (frozenPrefixBefore(base, trainableFrom) !== undefined) return [];
  return [
    {
      path,
      message: `trainableFrom is "${trainableFrom}", before which the base model cannot be cut, so every layer would train. Name a later layer, or use full-retraining.`,
    },
  ];
}
