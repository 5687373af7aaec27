import { ZooError } from '../../errors.js';
import { cutTopology, weightsOf, type LayersTopology, type NamedWeight } from './layers-topology.js';

/** A network as the package `nsfwjs` ships it: JavaScript modules that hold the model.json and its weights in base64. */
interface NsfwjsDefinition {
  modelJson(): Promise<unknown>;
  weightBundles: (() => Promise<unknown>)[];
}

interface QuantizedModelJson {
  modelTopology: LayersTopology;
  weightsManifest: { paths: string[]; weights: QuantizedWeight[] }[];
}

/** uint8 codes: value = code · scale + min. */
interface QuantizedWeight {
  name: string;
  shape: number[];
  dtype: 'float32';
  quantization: { dtype: 'uint8'; min: number; scale: number };
}

/** Which networks of the package are used, and the last layer before the moderation classifier. */
const networks = {
  'mobilenet-v2': {
    module: 'nsfwjs/models/mobilenet_v2',
    definition: 'MobileNetV2Model',
    lastLayer: 'out_relu',
  },
  'inception-v3': {
    module: 'nsfwjs/models/inception_v3',
    definition: 'InceptionV3Model',
    lastLayer: 'mixed10',
  },
} as const;

export type NsfwjsNetwork = keyof typeof networks;

/**
 * Reads a network of the npm package `nsfwjs`, drops its moderation classifier and turns the 8-bit codes into float32.
 *
 * @throws ZooError STARTER_UNAVAILABLE when the optional package is not installed.
 */
export async function readNsfwjsBackbone(
  network: NsfwjsNetwork,
): Promise<{ topology: LayersTopology; weights: NamedWeight[] }> {
  const { module, definition, lastLayer } = networks[network];
  const loaded = (await importOptional(module)) as Record<string, NsfwjsDefinition>;
  const source = loaded[definition];
  if (source === undefined) throw unavailable(`it has no ${definition}`);
  const { modelTopology, weightsManifest } = (await defaultExport(source.modelJson)) as QuantizedModelJson;
  const bundles = await Promise.all(source.weightBundles.map(defaultExport));
  const codes = Buffer.concat(bundles.map((bundle) => Buffer.from(String(bundle), 'base64')));
  const topology = cutTopology(modelTopology, lastLayer, network.replace('-', '_'));
  const weights = dequantize(
    weightsManifest.flatMap((group) => group.weights),
    codes,
  );
  return { topology, weights: weightsOf(topology, weights) };
}

function dequantize(specifications: QuantizedWeight[], codes: Uint8Array): NamedWeight[] {
  let offset = 0;
  return specifications.map(({ name, shape, quantization: { min, scale } }) => {
    const count = shape.reduce((product, size) => product * size, 1);
    const data = Float32Array.from(codes.subarray(offset, offset + count), (code) => code * scale + min);
    if (data.length !== count) throw unavailable('its weights are shorter than its model.json says');
    offset += count;
    return { name, shape, data };
  });
}

async function importOptional(module: string): Promise<unknown> {
  try {
    return await import(module);
  } catch (cause) {
    throw unavailable('it is not installed', cause);
  }
}

/** The modules are CommonJS bundles: what they export is the default export. */
async function defaultExport(load: () => Promise<unknown>): Promise<unknown> {
  const module = (await load()) as { default?: unknown };
  return module.default ?? module;
}

function unavailable(reason: string, cause?: unknown): ZooError {
  return new ZooError(
    'STARTER_UNAVAILABLE',
    `The package nsfwjs, which ships this network, cannot be used: ${reason}. Run \`npm install nsfwjs@4.3.0\`.`,
    {},
    { cause },
  );
}
