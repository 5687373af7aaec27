import { ZooError } from '../../errors.js';
import { checkLayers, shapeLayers, type CheckedLayer } from './build-layers.js';
import { deriveManifest } from './derive-manifest.js';
import { resolveInputSpec } from './input-spec.js';
import type { ModelFiles } from './model-files.js';
import { metadataKey, readMetadata, type ModelMetadata } from './model-metadata.js';
import type { LoadedModel, NetworkLayer } from './network.js';
import { normalizeTopology } from './normalize-topology.js';
import { readWeights } from './read-weights.js';
import { modelJson } from './topology-json.js';

/** Bounds against files made to exhaust memory. */
const maxModelJsonBytes = 32 * 2 ** 20;
const maxWeightBytes = 4 * 2 ** 30;

/**
 * The strict loader: reads a tfjs-layers model (model.json and its shards) and refuses everything that is unknown,
 * missing, left over, out of bounds or outside the folder. It needs neither TensorFlow nor ONNX Runtime, so the server
 * can hold every upload to it.
 *
 * @param overrides labels and preprocessing to use instead of what the files say.
 * @throws ZooError MODEL_JSON_MISSING, MODEL_JSON_INVALID, MODEL_FORMAT_UNSUPPORTED, MODEL_TOO_LARGE,
 *   MODEL_TOPOLOGY_INVALID, MODEL_LAYER_UNKNOWN, MODEL_LAYER_INVALID, MODEL_PATH_OUTSIDE, MODEL_SHARD_MISSING,
 *   MODEL_SIZE_MISMATCH, MODEL_WEIGHTS_MISSING, MODEL_WEIGHTS_EXTRA, MODEL_WEIGHT_DUPLICATE, MODEL_WEIGHT_INVALID,
 *   MODEL_WEIGHT_NOT_FINITE, MODEL_METADATA_INVALID, MODEL_INPUT_SIZE_UNSUPPORTED
 */
export async function loadTfjsLayers(files: ModelFiles, overrides: ModelMetadata = {}): Promise<LoadedModel> {
  const json = await readModelJson(files);
  const topology = normalizeTopology(json.modelTopology);
  const checked = checkLayers(topology);
  const userDefinedMetadata = json.userDefinedMetadata ?? {};
  const metadata = await readMetadata(userDefinedMetadata, files, overrides);
  const { input, inputSizes } = resolveInputSpec(checked, metadata.input ?? {});
  const shaped = shapeLayers(checked, [input.height, input.width, input.channels]);
  const expected = new Map(checked.map(({ name }) => [name, shaped.get(name)?.weights ?? []]));
  const { weights, paths } = await readWeights(json.weightsManifest, files, expected, maxWeightBytes);
  const layers = checked.map((layer): NetworkLayer => ({
    ...layer,
    json: withInputSize(layer, input.height, input.width),
    outputShape: shaped.get(layer.name)?.outputShape ?? [],
    weights: weights.get(layer.name) ?? [],
  }));
  return {
    name: topology.name,
    topology: topology.className,
    layers,
    manifest: deriveManifest(topology.className, layers, input, inputSizes, metadata.labels ?? null),
    weightFiles: paths,
    userDefinedMetadata: Object.fromEntries(
      Object.entries(userDefinedMetadata).filter(([key]) => key !== metadataKey),
    ),
  };
}

async function readModelJson(files: ModelFiles) {
  const listed = (await files.list()).find((file) => file.path === 'model.json');
  if (listed === undefined) {
    throw new ZooError(
      'MODEL_JSON_MISSING',
      'There is no model.json at the top of the model; a tfjs-layers model is model.json and the weight files it names.',
    );
  }
  if (listed.sizeBytes > maxModelJsonBytes) {
    throw new ZooError(
      'MODEL_TOO_LARGE',
      `model.json has ${listed.sizeBytes} bytes; at most ${maxModelJsonBytes} are accepted. Weights belong into files of their own.`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(await files.read('model.json')));
  } catch (cause) {
    throw new ZooError('MODEL_JSON_INVALID', 'model.json is not JSON; upload it again.', {}, { cause });
  }
  const parsed = modelJson.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ZooError(
      'MODEL_JSON_INVALID',
      `model.json has no usable ${issue?.path.join('.') || 'content'}; expected what a tfjs LayersModel is saved as. ` +
        'Save the model with tf.LayersModel.save or the tfjs converter.',
    );
  }
  const { format } = parsed.data;
  // Converters before tfjs 1.0 left the format out.
  if (format !== undefined && format !== null && format !== 'layers-model') {
    throw new ZooError(
      'MODEL_FORMAT_UNSUPPORTED',
      `model.json has format ${JSON.stringify(format.slice(0, 100))}; accepted: layers-model. ` +
        'A graph-model has no layers to cut or train: convert the Keras model with --output_format tfjs_layers_model.',
      { format: format.slice(0, 100) },
    );
  }
  return parsed.data;
}

/** Plain tfjs accepts the declared size only: the size in use is the one that is declared, in one place. */
function withInputSize(layer: CheckedLayer, height: number, width: number): NetworkLayer['json'] {
  const { batch_input_shape: declared, ...config } = layer.json.config;
  if (layer.kind.inputs !== 'none') return { ...layer.json, config };
  const channels = Array.isArray(declared) ? (declared as unknown[]).at(-1) : undefined;
  return { ...layer.json, config: { ...config, batch_input_shape: [null, height, width, channels] } };
}
