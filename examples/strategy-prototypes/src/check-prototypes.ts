import {
  checkInputSize,
  checkTask,
  describeNoCutPoint,
  describeUnknownLayer,
  type DataSummary,
  type ModelManifest,
  type Problem,
} from 'modelzoo/plugin';
import { candidateLayers } from 'modelzoo/learning';
import type { PrototypeParameters } from './index.js';

/** Every reason why there can be no prototypes of these classes on this model; empty when there can. */
export function checkPrototypes(
  base: ModelManifest,
  data: DataSummary,
  { layer, inputSize }: PrototypeParameters,
): Problem[] {
  return [
    ...checkTask('prototypes', base, data),
    ...checkInputSize(base, inputSize),
    ...layerProblems(base, layer),
  ];
}

function layerProblems(base: ModelManifest, layer: string | undefined): Problem[] {
  const names = base.cutPoints.map((cut) => cut.layer);
  if (layer === undefined) {
    return candidateLayers(base, 'average').length > 0
      ? []
      : [{ path: 'baseVersionId', message: 'The base model cannot be cut anywhere; choose another.' }];
  }
  if (names.includes(layer)) return [];
  const message = base.layers.some(({ name }) => name === layer)
    ? describeNoCutPoint('layer', layer, base)
    : describeUnknownLayer('layer', layer, names);
  return [{ path: 'parameters.layer', message }];
}
