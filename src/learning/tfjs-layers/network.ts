import type { LayerKind } from '../layers/layer-kind.js';
import type { ModelManifest } from '../model-manifest.js';
import type { StoredWeight } from './stored-weight.js';
import type { LayerJson } from './topology-json.js';

/** A layer with its place in the network and its weights. */
export interface NetworkLayer {
  name: string;
  kind: LayerKind;
  /** Checked and completed by the kind's allow-list. */
  config: unknown;
  /** As model.json says it, in Keras 2 form. */
  json: LayerJson;
  /** Names of the layers it reads. */
  inbound: string[];
  /** Without the batch. */
  outputShape: number[];
  /** In the kind's order. */
  weights: StoredWeight[];
}

/** A model that passed the strict loader: nothing in it is unknown, missing, left over or out of bounds. */
export interface LoadedModel {
  /** Keras' name of the whole network. */
  name: string;
  topology: 'Functional' | 'Sequential';
  /** From the input to the output, every layer after those it reads. The first is the input. */
  layers: NetworkLayer[];
  manifest: ModelManifest;
  /** Paths of the files that the weights were read from; none for a model that was composed. */
  weightFiles: string[];
  /** What the author wrote in model.json's userDefinedMetadata, without our own part. */
  userDefinedMetadata: Record<string, unknown>;
}
