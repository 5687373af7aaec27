import { ZooError } from '../../errors.js';
import { deriveManifest } from './derive-manifest.js';
import { loadTfjsLayers } from './load-tfjs-layers.js';
import { filesInMemory, type ModelFile } from './model-files.js';
import type { ComposedModel } from './compose-classifier.js';
import type { LoadedModel, NetworkLayer } from './network.js';
import { decodeWeight, type StoredWeight } from './stored-weight.js';
import { writeLayerShards } from './write-layer-shards.js';

/** A whole network in place of the base. */
export interface AdoptedNetwork {
  /** tfjs-layers files: model.json and the shards that it names. */
  files: readonly ModelFile[];
  /** Height and width of its pictures; left out: as its input layer declares. */
  inputSize?: number | undefined;
  /** What it says that its outputs are. */
  activation: 'softmax' | 'linear';
}

/**
 * Takes a whole network over as a version that stands on a base: strictly loaded, with pictures prepared as the base's are, the
 * classes' names as its labels, and written as we write every model. A layer that has the name and the very weights of one of
 * the base keeps the base's bytes, compressed ones too, so that both share its file.
 *
 * @throws ZooError STRATEGY_SHAPE_MISMATCH for another number of outputs; STRATEGY_RESULT_INVALID for another last activation;
 *   and MODEL_* as `loadTfjsLayers` does
 */
export async function adoptNetwork(
  base: LoadedModel,
  { files, inputSize, activation }: AdoptedNetwork,
  labels: string[],
): Promise<ComposedModel> {
  const { range, mean, std, resize, interpolation } = base.manifest.input;
  const size = inputSize === undefined ? {} : { height: inputSize, width: inputSize };
  const loaded = await loadTfjsLayers(filesInMemory(files), {
    labels: null,
    input: { range, mean, std, resize, interpolation, ...size },
  });
  const last = loaded.layers.at(-1);
  const outputs = last?.outputShape ?? [];
  if (outputs.length !== 1 || outputs[0] !== labels.length) {
    throw new ZooError(
      'STRATEGY_SHAPE_MISMATCH',
      `The network gives [${outputs.join(', ')}] for a picture; [${labels.length}] is expected, one number for each class of the data set.`,
      { outputs, classes: labels.length },
    );
  }
  const actual = last !== undefined && endsInSoftmax(last) ? 'softmax' : 'linear';
  if (actual !== activation) {
    throw new ZooError(
      'STRATEGY_RESULT_INVALID',
      `The network is said to end in ${activation}, but its last layer, ${last?.name}, ` +
        (actual === 'softmax' ? 'is a softmax: say softmax.' : 'is none: let it end in one, or say linear.'),
    );
  }
  const layers = loaded.layers.map((layer) => withBytesOfBase(layer, base));
  const { input, inputSizes } = loaded.manifest;
  const model: LoadedModel = {
    ...loaded,
    layers,
    manifest: deriveManifest(loaded.topology, layers, input, inputSizes, labels),
    weightFiles: [],
    userDefinedMetadata: base.userDefinedMetadata,
  };
  return { model, files: writeLayerShards(model) };
}

function endsInSoftmax({ kind, config }: NetworkLayer): boolean {
  return kind.className === 'Softmax' || (config as { activation?: unknown }).activation === 'softmax';
}

function withBytesOfBase(layer: NetworkLayer, base: LoadedModel): NetworkLayer {
  const own = base.layers.find(({ name }) => name === layer.name)?.weights ?? [];
  const isSame =
    own.length === layer.weights.length && own.every((weight, at) => equals(weight, layer.weights[at]));
  return isSame ? { ...layer, weights: own } : layer;
}

/** By bits: a zero that changed its sign is a change. */
function equals(weight: StoredWeight, other: StoredWeight | undefined): boolean {
  return (
    weight.name === other?.name &&
    weight.shape.join() === other.shape.join() &&
    Buffer.compare(Buffer.from(decodeWeight(weight).buffer), Buffer.from(decodeWeight(other).buffer)) === 0
  );
}
